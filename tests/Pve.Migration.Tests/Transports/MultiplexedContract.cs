namespace Pve.Migration.Tests.Transports;

/// <summary>Channels over one carrier or another.</summary>
public abstract class MultiplexedContract : ForwardingContract
{
    private MtunnelListener? _listener;
    private Task _serving = Task.CompletedTask;

    protected abstract MtunnelListener Listen();

    protected abstract IMtunnelTransport Carrier(MtunnelListener listener);

    protected MultiplexedServerOptions Server => new() { AllowedSockets = [Path.Combine(Folder, "*.far")] };

    protected override Task<IMtunnelTransport> StartAsync() => Task.FromResult<IMtunnelTransport>(new MultiplexedTransport(StartCarrier(Server)));

    protected IMtunnelTransport StartCarrier(MultiplexedServerOptions options)
    {
        _listener = Listen();
        _serving = _listener.ServeAsync((connection, stop) => MultiplexedServer.ServeAsync(connection, Serve, options, stop), Test);
        return Carrier(_listener);
    }

    protected override async ValueTask StopAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
            await _serving;
        }
    }
}
