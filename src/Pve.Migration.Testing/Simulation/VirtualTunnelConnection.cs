using System.IO.Pipelines;

namespace Pve.Migration.Testing.Simulation;

/// <summary>One tunnel: both directions take the link's latency, and closing it takes what collecting its process takes.</summary>
internal sealed class VirtualTunnelConnection : IMtunnelConnection
{
    private readonly TimeProvider _time;
    private readonly VirtualCosts _costs;
    private readonly IDuplexPipe _ours;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _process;
    private int _disposed;

    public VirtualTunnelConnection(TimeProvider time, TimeSpan latency, VirtualCosts costs, Func<IDuplexPipe, CancellationToken, Task> server)
    {
        (_time, _costs) = (time, costs);
        var (ours, near) = MemoryPipe.CreatePair();
        var (far, theirs) = MemoryPipe.CreatePair();
        _ours = ours;
        _process = Task.Run(() => RunAsync(near, far, theirs, latency, server), CancellationToken.None);
    }

    public PipeReader Input => _ours.Input;

    public PipeWriter Output => _ours.Output;

    public Task<string> Ended => _ended.Task;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _ours.Output.CompleteAsync().ConfigureAwait(false);
            await _ours.Input.CompleteAsync().ConfigureAwait(false);
            await _stop.CancelAsync().ConfigureAwait(false);
            while (!_process.IsCompleted)
            {
                await _time.PassAsync(_costs.TunnelEndLookedForEvery).ConfigureAwait(false);
            }
        }

        await _process.ConfigureAwait(false);
    }

    // What lies between the two ends, and how long the process that carried it lives: a little longer than the far end.
    private async Task RunAsync(
        IDuplexPipe near, IDuplexPipe far, IDuplexPipe theirs, TimeSpan latency, Func<IDuplexPipe, CancellationToken, Task> server)
    {
        var there = new LatentWire(_time, latency).CarryAsync(near.Input, far.Output, Task.CompletedTask);
        var back = new LatentWire(_time, latency).CarryAsync(far.Input, near.Output, _ended.Task);
        try
        {
            await server(theirs, _stop.Token).ConfigureAwait(false);
            _ended.TrySetResult("the far end ended");
        }
        catch (Exception e)
        {
            // the far end is another process: what fails there is its end, and nothing more
            _ended.TrySetResult($"the far end failed: {e.Message}");
        }

        await theirs.Output.CompleteAsync().ConfigureAwait(false);
        await theirs.Input.CompleteAsync().ConfigureAwait(false);
        await back.ConfigureAwait(false);
        near.Input.CancelPendingRead();
        await there.ConfigureAwait(false);
        await _time.PassAsync(_costs.TunnelEnd).ConfigureAwait(false);
    }
}
