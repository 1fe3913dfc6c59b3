using System.Globalization;
using Microsoft.Extensions.Logging;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Proxmox;

// Which of the addresses a node printed are reached through ssh, by which sockets here, and which directly. What it printed is judged here.
internal sealed class NodeForwards
{
    private readonly PveNodeTargetOptions _options;
    private readonly int _vmId;
    private readonly Dictionary<QmListenAddress, QmListenAddress> _reached = [];

    public NodeForwards(PveNodeTargetOptions options, int vmId, QmStartOutput output)
    {
        (_options, _vmId) = (options, vmId);
        foreach (var address in output.Drives.Select(drive => drive.Address).Prepend(output.Migration!).Distinct())
        {
            _reached.Add(address, Judge(address));
        }
    }

    public QmListenAddress Reach(QmListenAddress address) => _reached[address];

    // Sockets here that lead to ports there; sockets that lead to sockets are the transport's to remove.
    private IEnumerable<(QmListenAddress There, string Here)> Ports
        => _reached.Where(pair => pair.Key.Path is null && pair.Value.Path is not null).Select(pair => (pair.Key, pair.Value.Path!));

    public SshTransport Transport()
    {
        foreach (var (_, here) in Ports)
        {
            if (Path.Exists(here) && !UnixFile.IsSocket(here))
            {
                throw new MigrationTargetException($"{here} exists and is no socket, it is not overwritten.", "Remove it.");
            }

            LocalSockets.Claim(here, this);
        }

        try
        {
            return new SshTransport(_options.Ssh with
            {
                RemoteCommand = _options.TunnelCommand,
                ControlPath = null, // a master would keep the forwards
                Forwards = [.. _reached.Where(pair => pair.Key.Path is not null).Select(pair => new SocketForward(pair.Value.Path!, pair.Key.Path!))],
                ExtraOptions = [.. _options.Ssh.ExtraOptions, .. Ports.Select(port => $"LocalForward={port.Here} {port.There.ToString()["tcp:".Length..]}")],
            });
        }
        catch (ArgumentException e)
        {
            throw new MigrationTargetException($"The node's sockets cannot be forwarded: {e.Message}", innerException: e);
        }
    }

    public void RemoveLeftovers(ILogger logger)
    {
        foreach (var (_, here) in Ports)
        {
            LocalSockets.Remove(here, this, _options.Ssh.Name, logger);
        }
    }

    private QmListenAddress Judge(QmListenAddress address)
    {
        if (address.Path is { } path)
        {
            return PveNames.IsMigrationSocket(path, _options.RemoteSocketDirectory, _vmId)
                ? QmListenAddress.Unix($"{_options.LocalSocketDirectory}/{Path.GetFileName(path)}")
                : throw Refused(address, $"only {_options.RemoteSocketDirectory}/{PveNames.Text(_vmId)}*.migrate is taken from it");
        }

        if (address.IsLocal)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{_vmId}_{address.Port}.migrate");
            return QmListenAddress.Unix($"{_options.LocalSocketDirectory}/{name}");
        }

        if (_options.Type == PveMigrationType.Secure)
        {
            throw Refused(address, "what was asked for is a way through ssh");
        }

        return _options.MigrationNetwork is { } network && !network.Contains(System.Net.IPAddress.Parse(address.Host!))
            ? throw Refused(address, $"it is outside {network}")
            : address;
    }

    private MigrationTargetException Refused(QmListenAddress address, string why)
        => new($"{_options.Ssh.Name} listens on {WireText.ToSingleLine(SecretMask.Apply(address.ToString(), _options.SpiceTicket), 200)}, which is refused: {why}.", "See that a Proxmox VE node of the expected kind answers there.");
}
