namespace Pve.Migration.Tests.Transports;

public sealed class InProcessTransportTests : ForwardingContract
{
    private readonly CancellationTokenSource _stop = new();

    protected override Task<IMtunnelTransport> StartAsync() => Task.FromResult<IMtunnelTransport>(new InProcessTransport(async (pipe, stop) =>
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _stop.Token);
        await Serve(pipe, either.Token);
    }));

    protected override async ValueTask StopAsync() => await _stop.CancelAsync();
}
