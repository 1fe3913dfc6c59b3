using System.IO.Pipelines;
using System.Net.Sockets;
using Pve.Migration.Testing.Simulation;

namespace Pve.Migration.Testing.Faults;

/// <summary>A socket before a forwarded one: each connection goes through faults of its own.</summary>
internal sealed class FaultySocket : IForwardedSocket
{
    private readonly IForwardedSocket _sound;
    private readonly TimeProvider _time;
    private readonly IReadOnlyCollection<WireFault> _faults;
    private readonly Action<WireFault> _struck;
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task _accepting;
    private int _disposed;

    public FaultySocket(
        SocketForward forward, IForwardedSocket sound, TimeProvider time, IReadOnlyCollection<WireFault> faults, Action<WireFault> struck)
    {
        (Forward, _sound, _time, _faults, _struck) = (forward, sound, time, faults, struck);
        _listener.Bind(new UnixDomainSocketEndPoint(forward.LocalPath));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public SocketForward Forward { get; }

    public string? LastFailure => _sound.LastFailure;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _accepting.ConfigureAwait(false);
            _listener.Dispose();
            await _sound.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(CarryAsync(await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false)));
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }

        await Task.WhenAll(connections).ConfigureAwait(false);
    }

    private async Task CarryAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            await far.ConnectAsync(new UnixDomainSocketEndPoint(_sound.Forward.LocalPath), broken.Token).ConfigureAwait(false);
            var (inner, beyond) = MemoryPipe.CreatePair(new PipeOptions(useSynchronizationContext: false));
            var pipe = new FaultyPipe(inner, _time, _faults, _struck, ending: null);
            await using (pipe.ConfigureAwait(false))
            {
                var there = UntilBrokenAsync(SocketRelay.SendAsync(beyond.Input, far, broken.Token), broken);
                await Task.WhenAll(
                    there,
                    UntilBrokenAsync(SocketRelay.ReceiveAsync(near, pipe.Output, broken.Token), broken),
                    UntilBrokenAsync(SocketRelay.ReceiveAsync(far, beyond.Output, broken.Token), broken),
                    UntilBrokenAsync(SocketRelay.SendAsync(pipe.Input, near, broken.Token), broken, arrivesFirst: there)).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // broken by a fault, by either end, or by our end: closing tells both
        }
        finally
        {
            near.Dispose();
        }
    }

    // A break ends all; what was under way before a cut still arrives.
    private static async Task UntilBrokenAsync(Task way, CancellationTokenSource broken, Task? arrivesFirst = null)
    {
        try
        {
            await way.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (e is IOException && arrivesFirst is not null)
            {
                await arrivesFirst.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await broken.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
