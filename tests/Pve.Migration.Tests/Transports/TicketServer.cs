using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Transports;

namespace Pve.Migration.Tests.Transports;

/// <summary>
/// A Kestrel that lets WebSockets in as Proxmox VE's API does: by an API token in the header, and a ticket that is for one socket, once.
/// It joins them to the tunnel's server, or to a unix socket.
/// </summary>
internal sealed class TicketServer : IAsyncDisposable
{
    public const string Token = "PVEAPIToken=root@pam!migration=1f0c-secret";
    public const string TunnelSocket = "/run/qemu-server/100.mtunnel";

    private const int MaxFrame = 128 * 1024;

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _tickets = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<System.IO.Pipelines.IDuplexPipe, CancellationToken, Task> _serve;
    private int _issued;

    private TicketServer(WebApplication app, Func<System.IO.Pipelines.IDuplexPipe, CancellationToken, Task> serve) => (_app, _serve) = (app, serve);

    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The sockets that were opened by a good ticket, in order.</summary>
    public ConcurrentQueue<string> Opened { get; } = [];

    public static async Task<TicketServer> StartAsync(Func<System.IO.Pipelines.IDuplexPipe, CancellationToken, Task> serve)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.UseHttps(TestCertificate.Value)));
        WebApplication app = builder.Build();
        var server = new TicketServer(app, serve);
        app.UseWebSockets();
        app.Run(server.HandleAsync);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Endpoint = new Uri(address.Replace("https", "wss", StringComparison.Ordinal) + "/api2/json/nodes/pve2/qemu/100/mtunnelwebsocket");
        return server;
    }

    /// <summary>A ticket with characters that a query must escape.</summary>
    public string Issue(string socket)
    {
        string ticket = $"PVETUNNEL:{Interlocked.Increment(ref _issued)}::a+b/c&d=e%";
        _tickets[ticket] = socket;
        return ticket;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        string? socket = context.Request.Query["socket"];
        if (context.Request.Headers.Authorization != Token)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else if (context.Request.Query["ticket"].ToString() is not { Length: > 0 } ticket || !_tickets.TryRemove(ticket, out string? granted) || granted != socket)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        }
        else if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        else if (socket == TunnelSocket)
        {
            using WebSocket accepted = await context.WebSockets.AcceptWebSocketAsync("binary");
            Opened.Enqueue(socket);
            await QuietlyAsync(() => ServeTunnelAsync(accepted));
        }
        else
        {
            await ServeSocketAsync(context, socket);
        }
    }

    private async Task ServeTunnelAsync(WebSocket accepted)
    {
        var link = new WebSocketLink(new FrameGuard(accepted, MaxFrame));
        await using var tunnel = new LinkConnection(link, "client", new LinkConnectionParts(TimeProvider.System), NullLogger.Instance);
        await _serve(tunnel, _stop.Token);
        if (accepted.State == WebSocketState.Open)
        {
            await accepted.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "tunnel closed", _stop.Token);
        }

        // an answer and a close that are on their way would be lost by a cut
        await tunnel.Ended.WaitAsync(_stop.Token);
    }

    // the socket is connected to before the protocol is switched
    private async Task ServeSocketAsync(HttpContext context, string path)
    {
        IByteLink far;
        try
        {
            far = await LocalSockets.ConnectAsync(path, _stop.Token);
        }
        catch (MtunnelConnectionException)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        await using (far)
        {
            using WebSocket accepted = await context.WebSockets.AcceptWebSocketAsync("binary");
            Opened.Enqueue(path);
            await using var link = new WebSocketLink(new FrameGuard(accepted, MaxFrame));
            await QuietlyAsync(() => Relay.RunAsync(link, far, _stop.Token));
        }
    }

    // what breaks is seen at the other end
    private static async Task QuietlyAsync(Func<Task> serve)
    {
        try
        {
            await serve();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or WebSocketException or SocketException)
        {
        }
    }
}
