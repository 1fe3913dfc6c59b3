using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pve.Migration;

/// <summary>Tickets for forwarded sockets, as a v2 tunnel's <c>ticket</c> command hands them out: for one socket, once, and not for long.</summary>
/// <remarks>Of a ticket only its hash is kept, and by that it is looked up, so that neither memory nor timing tells one.</remarks>
public sealed class MtunnelTickets
{
    private const int MaxOutstanding = 1000;
    private const int TicketBytes = 32;

    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Path, long Issued)> _issued = new(StringComparer.Ordinal);

    /// <summary>Creates an issuer.</summary>
    /// <param name="time">The clock of the lifetime; the system's unless given.</param>
    /// <param name="lifetime">How long a ticket is good; 30 seconds unless given, as with Proxmox VE.</param>
    public MtunnelTickets(TimeProvider? time = null, TimeSpan? lifetime = null)
    {
        (_time, _lifetime) = (time ?? TimeProvider.System, lifetime ?? TimeSpan.FromSeconds(30));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_lifetime, TimeSpan.Zero, nameof(lifetime));
    }

    /// <summary>Lets tickets be issued for a socket that this side has handed out.</summary>
    public void Allow(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        lock (_gate)
        {
            _paths.Add(path);
        }
    }

    /// <summary>Takes a socket back; tickets for it are void.</summary>
    public void Forbid(string path)
    {
        lock (_gate)
        {
            _paths.Remove(path);
            Forget(ticket => ticket.Path == path);
        }
    }

    /// <summary>Issues a ticket.</summary>
    /// <exception cref="MtunnelRefusedException">The socket was not handed out, or 1,000 tickets wait to be used.</exception>
    public string Issue(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        lock (_gate)
        {
            if (!_paths.Contains(path))
            {
                throw new MtunnelRefusedException("not allowed to create a ticket for a socket that was not handed out");
            }

            Forget(IsLate);
            if (_issued.Count >= MaxOutstanding)
            {
                throw new MtunnelRefusedException($"{MaxOutstanding} tickets wait to be used");
            }

            var ticket = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TicketBytes));
            _issued.Add(Hash(ticket), (path, _time.GetTimestamp()));
            return ticket;
        }
    }

    /// <summary>Uses a ticket up, whether it opens the socket or not.</summary>
    /// <returns>Whether it was issued for this socket, in time, and not used before.</returns>
    public bool TryRedeem(string? ticket, string? path)
    {
        if (string.IsNullOrEmpty(ticket))
        {
            return false;
        }

        lock (_gate)
        {
            return _issued.Remove(Hash(ticket), out var issued) && issued.Path == path && !IsLate(issued);
        }
    }

    private static string Hash(string ticket) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ticket)));

    private bool IsLate((string Path, long Issued) ticket) => _time.GetElapsedTime(ticket.Issued) > _lifetime;

    private void Forget(Func<(string Path, long Issued), bool> which)
    {
        foreach (var hash in _issued.Where(entry => which(entry.Value)).Select(entry => entry.Key).ToList())
        {
            _issued.Remove(hash);
        }
    }
}
