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
using Nerdbank.Streams;
using Pve.Migration.Tests.Transports;

namespace Pve.Migration.Tests.Remote;

/// <summary>
/// A Kestrel that stands in for another cluster's node pve2: the API that makes a tunnel, tickets for 30 s, one socket and one use, the
/// WebSockets, and a v2 tunnel that has Proxmox VE's commands with their checks. It shares no code with what it tests.
/// </summary>
internal sealed class RemoteCluster : IAsyncDisposable
{
    public const string Secret = "1f0c-t0ken-s3cret";
    public const string Token = "PVEAPIToken=root@pam!migration=" + Secret;
    public const string SpiceTicket = "5eC2E7dead";
    public const int VmId = 4100;

    private const int MaxFrame = 128 * 1024;
    private const string Base = "/api2/json/nodes/pve2/qemu/4100/";
    private static readonly TimeSpan TicketLife = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Socket, DateTimeOffset Issued)> _tickets = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private int _issued;

    private RemoteCluster(WebApplication app)
    {
        _app = app;
        Directory.CreateDirectory(There);
        Directory.CreateDirectory(Here);
        Vm = new RemoteVm(VmId, There) { IssueTicket = Issue };
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("pve-r-").FullName;

    /// <summary>The node's directory for sockets.</summary>
    public string There => Path.Combine(Folder, "there");

    /// <summary>The source's directory for sockets.</summary>
    public string Here => Path.Combine(Folder, "here");

    public RemoteVm Vm { get; }

    public int Port { get; private set; }

    /// <summary>The clock of its tickets.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The calls of the API and the sockets that were opened, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Every ticket it gave.</summary>
    public IEnumerable<string> Tickets => Enumerable.Range(1, _issued).Select(Ticket);

    /// <summary>Answers a call of the API, by its name, in its place.</summary>
    public Func<string, HttpContext, Task<bool>> Intercept { get; set; } = static (_, _) => Task.FromResult(false);

    /// <summary>What <c>status/current</c> gives.</summary>
    public string State { get; set; } = """{"status":"running","qmpstatus":"paused","running-qemu":"9.2.0"}""";

    /// <summary>Whether the VM exists there, for which no second tunnel is made.</summary>
    public bool HasVm { get; set; }

    /// <summary>Cuts the tunnel, and leaves the forwarded sockets.</summary>
    public Action CutTunnel { get; private set; } = static () => { };

    public static async Task<RemoteCluster> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.UseHttps(TestCertificate.Value)));
        WebApplication app = builder.Build();
        var cluster = new RemoteCluster(app);
        app.UseWebSockets();
        app.Run(cluster.HandleAsync);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        cluster.Port = new Uri(address).Port;
        return cluster;
    }

    public PveApiTransportOptions ApiOptions(ILoggerFactory? log = null) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        Node = "pve2",
        VmId = VmId,
        Authorization = Token,
        CertificateFingerprint = TestCertificate.FingerprintWithColons,
        Storages = ["local-lvm", "nfs"],
        Bridges = ["vmbr0", "vmbr1.5"],
        SocketDirectory = There,
        LoggerFactory = log ?? Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
    };

    public PveRemoteTargetOptions TargetOptions(ILoggerFactory? log = null) => new()
    {
        Api = ApiOptions(log),
        SourceNode = "pve1",
        Machine = "pc-i440fx-7.2",
        Config = "memory: 32\nname: guest\nscsi0: local:100/vm-100-disk-0.raw,iothread=1,size=4G\n\n[before]\nscsi0: local:100/vm-100-disk-0.raw,size=4G\n",
        SpiceTicket = SpiceTicket,
        LocalSocketDirectory = Here,
        Tunnel = new MtunnelClientOptions { LoggerFactory = log ?? Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance },
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public static async Task SayAsync(HttpContext context, int status, string body, string? reason = null)
    {
        context.Response.StatusCode = status;
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseFeature>()!.ReasonPhrase = reason;
        await context.Response.WriteAsync(body, context.RequestAborted);
    }

    private string Issue(string socket)
    {
        string ticket = Ticket(Interlocked.Increment(ref _issued));
        _tickets[ticket] = (socket, Time.GetUtcNow());
        return ticket;
    }

    // with characters that a query must escape
    private static string Ticket(int number) => $"PVETUNNEL:{number:X8}::s3cr+t/{number}&==";

    private async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        string call = path.StartsWith(Base, StringComparison.Ordinal) ? path[Base.Length..] : path;
        if (context.Request.Headers.Authorization != Token)
        {
            await SayAsync(context, 401, "", "invalid token value!");
            return;
        }

        if (await Intercept(call, context))
        {
            return;
        }

        switch (context.Request.Method, call)
        {
            case ("POST", "mtunnel"):
                await MakeTunnelAsync(context);
                break;
            case ("GET", "status/current"):
                Requests.Enqueue("GET status/current");
                await SayAsync(context, 200, $$$"""{"data":{{{State}}}}""");
                break;
            case ("GET", "mtunnelwebsocket"):
                await ServeWebSocketAsync(context);
                break;
            default:
                await SayAsync(context, 501, "", $"Method '{context.Request.Method} {path}' not implemented");
                break;
        }
    }

    private async Task MakeTunnelAsync(HttpContext context)
    {
        IFormCollection form = await context.Request.ReadFormAsync();
        Requests.Enqueue("POST mtunnel " + string.Join('&', form.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key}={pair.Value}")));
        if (HasVm)
        {
            await SayAsync(
                context, 400, """{"data":null,"errors":{"vmid":"unable to create empty VM config - VM 4100 already exists on node 'pve2'\n"},"message":"Parameter verification failed.\n"}""");
            return;
        }

        HasVm = true;
        string socket = $"{There}/{VmId}.mtunnel";
        await SayAsync(context, 200, $$$"""{"data":{"ticket":"{{{Issue(socket)}}}","socket":"{{{socket}}}","upid":"UPID:pve2:0001:root@pam!migration:"}}""");
    }

    private async Task ServeWebSocketAsync(HttpContext context)
    {
        string? socket = context.Request.Query["socket"];
        if (!_tickets.TryRemove(context.Request.Query["ticket"].ToString(), out (string Socket, DateTimeOffset Issued) granted) || granted.Socket != socket
            || Time.GetUtcNow() - granted.Issued > TicketLife)
        {
            await SayAsync(context, 401, "", "permission denied - invalid PVETUNNEL ticket");
            return;
        }

        Requests.Enqueue("opened " + Path.GetFileName(socket));
        using WebSocket accepted = await context.WebSockets.AcceptWebSocketAsync("binary");
        await using Stream stream = WebSocketStream.Create(new FrameGuard(accepted, MaxFrame), WebSocketMessageType.Binary);
        try
        {
            await (socket.EndsWith(".mtunnel", StringComparison.Ordinal) ? ServeTunnelAsync(context, stream) : JoinAsync(stream, socket));
            if (accepted.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await accepted.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _stop.Token);
            }

            // an answer that is on its way would be lost by a cut
            await stream.CopyToAsync(Stream.Null, _stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or WebSocketException or SocketException or InvalidOperationException)
        {
            // what breaks is seen at the other end
        }
    }

    private async Task ServeTunnelAsync(HttpContext context, Stream stream)
    {
        CutTunnel = context.Abort;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, context.RequestAborted);
        await new PveWorker(Vm).ServeAsync(stream, either.Token);
    }

    private async Task JoinAsync(Stream near, string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), _stop.Token);
        await using var far = new NetworkStream(socket);
        Task back = far.CopyToAsync(near, MaxFrame / 2, _stop.Token);
        await near.CopyToAsync(far, _stop.Token);
        socket.Shutdown(SocketShutdown.Send);
        await back;
    }
}
