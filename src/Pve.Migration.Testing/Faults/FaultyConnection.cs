using System.IO.Pipelines;
using System.Net.Sockets;

namespace Pve.Migration.Testing.Faults;

/// <summary>A tunnel with faults in it, and in what is forwarded beside it.</summary>
internal sealed class FaultyConnection : IMtunnelConnection
{
    private readonly IMtunnelConnection _inner;
    private readonly TimeProvider _time;
    private readonly IReadOnlyCollection<WireFault> _forwardFaults;
    private readonly Action<WireFault> _struck;
    private readonly FaultyPipe _pipe;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FaultyConnection(
        IMtunnelConnection inner, TimeProvider time, IReadOnlyCollection<WireFault> faults, IReadOnlyCollection<WireFault> forwardFaults,
        Action<WireFault> struck)
    {
        (_inner, _time, _forwardFaults, _struck) = (inner, time, forwardFaults, struck);
        _pipe = new FaultyPipe(inner, time, faults, struck, Ending);
    }

    public PipeReader Input => _pipe.Input;

    public PipeWriter Output => _pipe.Output;

    public Task<string> Ended => _ended.Task;

    public async Task<IForwardedSocket> ForwardAsync(SocketForward forward, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(forward);
        if (_forwardFaults.Count == 0)
        {
            return await _inner.ForwardAsync(forward, cancellationToken).ConfigureAwait(false);
        }

        var sound = await _inner.ForwardAsync(forward with { LocalPath = forward.LocalPath + ".sound" }, cancellationToken).ConfigureAwait(false);
        try
        {
            return new FaultySocket(forward, sound, _time, _forwardFaults, _struck);
        }
        catch (SocketException e)
        {
            await sound.DisposeAsync().ConfigureAwait(false);
            throw new MtunnelConnectionException($"cannot listen at {forward.LocalPath}: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync().ConfigureAwait(false);
        await _inner.DisposeAsync().ConfigureAwait(false);
    }

    private void Ending(WireFault? fault)
        => _ended.TrySetResult(fault is not null ? $"the connection was {fault}"
            : _inner.Ended.IsCompletedSuccessfully ? _inner.Ended.Result
            : "the connection ended");
}
