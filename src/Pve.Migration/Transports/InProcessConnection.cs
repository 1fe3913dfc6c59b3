using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pve.Migration.Transports;

internal sealed class InProcessConnection : IMtunnelConnection
{
    private readonly IDuplexPipe _ours;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;
    private readonly ForwardSet _forwards = new("in-process tunnel", LocalSockets.ConnectAsync, TimeProvider.System, NullLogger.Instance);
    private int _disposed;

    public InProcessConnection(IDuplexPipe ours, IDuplexPipe theirs, Func<IDuplexPipe, CancellationToken, Task> server)
    {
        _ours = ours;
        CancellationToken stop = _stop.Token;
        _run = Task.Run(() => RunAsync(theirs, server, stop), CancellationToken.None);
    }

    public PipeReader Input => _ours.Input;

    public PipeWriter Output => _ours.Output;

    public Task<string> Ended => _ended.Task;

    // both ends are this machine: a forward leads to the path itself
    public Task<IForwardedSocket> ForwardAsync(SocketForward forward, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(forward);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_forwards.Add(forward));
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _forwards.DisposeAsync().ConfigureAwait(false);
            await _ours.Output.CompleteAsync().ConfigureAwait(false);
            await _ours.Input.CompleteAsync().ConfigureAwait(false);
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await _run.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync(IDuplexPipe pipe, Func<IDuplexPipe, CancellationToken, Task> server, CancellationToken stop)
    {
        string reason = "the server in this process ended";
        try
        {
            await server(pipe, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            reason = "the connection was disposed";
        }
#pragma warning disable CA1031 // Ended never faults: it tells
        catch (Exception e)
#pragma warning restore CA1031
        {
            reason = $"the server in this process failed: {e.GetType().Name}: {e.Message}";
        }

        // told first, so that who sees the end can look it up
        _ended.TrySetResult(reason);
        await pipe.Output.CompleteAsync().ConfigureAwait(false);
        await pipe.Input.CompleteAsync().ConfigureAwait(false);
    }
}
