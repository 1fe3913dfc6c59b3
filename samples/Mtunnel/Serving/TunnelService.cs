using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Mtunnel.Hosting;
using Pve.Migration;

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
        Forwarder = options is { Listen: IPEndPoint, Multiplexed: false, Dialect: MtunnelDialect.V2, Vmid: { } vm } && host.Tickets is { } tickets
            ? new MtunnelForwarder(tickets, new MtunnelForwarderOptions { AllowedSockets = SocketsOf(options.Folders, vm), LoggerFactory = log })
            : null,
        LoggerFactory = log,
    };

    /// <summary>Serves until the client is gone, or until the token fires where clients come and go.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var yielding = options.Vmid is { } vm ? host.YieldMonitor(vm) : null;
        await (options.Listen is { } address ? ListenAsync(address, cancellationToken) : ServeAsync(new StandardPipe(), cancellationToken));
    }

    private async Task ListenAsync(EndPoint address, CancellationToken cancellationToken)
    {
        var may = new MtunnelListenerOptions { Tls = Tls(), LoggerFactory = log };
        await using var listener = address is IPEndPoint port ? MtunnelListener.ListenTcp(port, may) : MtunnelListener.ListenUnix(address.ToString()!, may);
        var served = listener.EndPoint; // with the port, where any would do
        _logger.LogInformation("clients are served at {Address}", served);
        await listener.ServeAsync(options.Multiplexed ? ServeCarrierAsync : ServeAsync, cancellationToken);
        _logger.LogInformation("no more clients are served at {Address}", served);
    }

    // Who comes is asked for a certificate, and let in by that alone.
    private SslServerAuthenticationOptions? Tls() => options is not { Certificate: { } certificate, Client: { } client } ? null : new()
    {
        ServerCertificate = certificate,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, shown, _, _)
            => client.Equals(shown?.GetCertHashString(HashAlgorithmName.SHA256), StringComparison.OrdinalIgnoreCase),
    };

    private static string[] SocketsOf(HostFolders folders, int vm)
    {
        var paths = folders.Of(vm);
        return [paths.Migration, paths.Nbd];
    }

    private Task ServeCarrierAsync(IMtunnelConnection carrier, CancellationToken cancellationToken)
    {
        // a tunnel that belongs to one VM reaches no other's sockets
        string[] sockets = options.Vmid is { } vm ? SocketsOf(options.Folders, vm) : [$"{options.Folders.Run}/*.migrate"];
        var may = new MultiplexedServerOptions { AllowedSockets = sockets, LoggerFactory = log };
        return MultiplexedServer.ServeAsync(carrier, ServeAsync, may, cancellationToken);
    }

    private Task ServeAsync(IDuplexPipe pipe, CancellationToken cancellationToken) => MtunnelServer.ServeAsync(pipe, host, _server, cancellationToken);
}
