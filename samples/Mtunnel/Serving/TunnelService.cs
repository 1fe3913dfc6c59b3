using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Mtunnel.Hosting;
using Pve.Migration;
using Pve.Qmp;

namespace Mtunnel.Serving;

/// <summary>Tunnels to one target side: that of ssh, on standard input and output, or those of a socket's clients.</summary>
internal sealed class TunnelService(TunnelOptions options, TargetHost host, ILoggerFactory log)
{
    private readonly ILogger _logger = log.CreateLogger("mtunnel");
    private readonly MtunnelServerOptions _server = new()
    {
        Dialect = options.Dialect,
        Vmid = options.Vmid,
        CleansUpAfter = options.Lease,
        Leases = options.Lease is null ? MtunnelLeases.Process : MtunnelLeases.InDirectory(options.Folders.Run!),
        LoggerFactory = log,
    };

    /// <summary>Serves until the client is gone, or until the token fires where clients come and go.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
        => options.Listen is { } path ? ListenAsync(path, cancellationToken) : ServeAsync(new StandardPipe(), cancellationToken);

    private async Task ListenAsync(string path, CancellationToken cancellationToken)
    {
        await using var listener = MtunnelListener.ListenUnix(path, new MtunnelListenerOptions { LoggerFactory = log });
        _logger.LogInformation("clients are served at {Path}", path);
        await listener.ServeAsync(options.Multiplexed ? ServeCarrierAsync : ServeAsync, cancellationToken);
        _logger.LogInformation("no more clients are served at {Path}", path);
    }

    private Task ServeCarrierAsync(IMtunnelConnection carrier, CancellationToken cancellationToken)
    {
        // a tunnel that belongs to one VM reaches no other's sockets
        string[] sockets = options.Vmid is { } vm && options.Folders.Of(vm) is var paths ? [paths.Migration, paths.Nbd] : [$"{options.Folders.Run}/*.migrate"];
        var may = new MultiplexedServerOptions { AllowedSockets = sockets, LoggerFactory = log };
        return MultiplexedServer.ServeAsync(carrier, ServeAsync, may, cancellationToken);
    }

    private async Task ServeAsync(IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        using var served = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var serving = MtunnelServer.ServeAsync(pipe, host, _server, cancellationToken);
        var connecting = options.Vmid is { } vm && !host.IsYetToStart(vm) ? ConnectAheadAsync(vm, served.Token) : Task.CompletedTask;
        try
        {
            await serving;
        }
        finally
        {
            await served.CancelAsync();
            await connecting;
        }
    }

    // The VM may start later than its tunnel; its resume then connects by itself.
    private async Task ConnectAheadAsync(int vm, CancellationToken cancellationToken)
    {
        try
        {
            await host.ConnectAsync(vm, cancellationToken);
        }
        catch (QmpException e) when (options.Log is null)
        {
            await Console.Error.WriteLineAsync($"mtunnel: {e.Message}"); // ssh brings it to the source
        }
        catch (QmpException e)
        {
            _logger.LogWarning("VM {Vmid} is not connected to ahead: {Message}", vm, e.Message);
        }
        catch (OperationCanceledException)
        {
            // the tunnel has ended first
        }
    }
}
