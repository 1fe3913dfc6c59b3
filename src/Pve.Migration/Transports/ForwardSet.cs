using Microsoft.Extensions.Logging;

namespace Pve.Migration.Transports;

// The forwards of one connection, which end with it.
internal sealed class ForwardSet(
    string name, Func<string, CancellationToken, Task<IByteLink>> open, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<ForwardListener> _forwards = [];
    private bool _disposed;

    public IForwardedSocket Add(SocketForward forward)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                throw new MtunnelConnectionException($"{name}: the connection was disposed, {forward.LocalPath} is not forwarded");
            }

            var listener = new ForwardListener(forward, name, open, time, logger);
            _forwards.Add(listener);
            return listener;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        foreach (ForwardListener forward in _forwards)
        {
            await forward.DisposeAsync().ConfigureAwait(false);
        }
    }
}
