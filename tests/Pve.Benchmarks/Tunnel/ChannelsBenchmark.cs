using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Pve.Migration;

namespace Pve.Benchmarks.Tunnel;

/// <summary>
/// Control beside RAM on one multiplexed connection: a command's round trip while a forwarded socket carries as much as it can, against the
/// same while nothing flows; and how much flows, against a plain unix socket.
/// </summary>
internal static class ChannelsBenchmark
{
    private const int Commands = 2000;
    private const int BufferSize = 1 << 20;

    public static async Task RunAsync(int windowKiB, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("pve-b-").FullName;
        string carrier = Path.Combine(folder, "carrier"), near = Path.Combine(folder, "near"), far = Path.Combine(folder, "a.far");
        await using var listener = MtunnelListener.ListenUnix(carrier);
        var server = new MultiplexedServerOptions { AllowedSockets = [far], ChannelWindow = windowKiB * 1024 };
        Task serving = listener.ServeAsync(
            (connection, stop) => MultiplexedServer.ServeAsync(
                connection, static (tunnel, token) => MtunnelServer.ServeAsync(tunnel, new WillingHandler(), cancellationToken: token), server, stop), cancellationToken);
        var transport = new MultiplexedTransport(
            new UnixTransport(carrier), new MultiplexedTransportOptions { Forwards = [new SocketForward(near, far)], ChannelWindow = windowKiB * 1024 });
        await using (MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: cancellationToken))
        {
            await client.ResumeAsync(1, cancellationToken);
            Figures idle = await AskAsync(client, cancellationToken);
            var (busy, rate) = await FlowAsync(near, far, () => AskAsync(client, cancellationToken), cancellationToken);
            var (_, plain) = await FlowAsync(far, far, () => AskAsync(client, cancellationToken), cancellationToken);
            Console.WriteLine($"command while nothing flows   {idle} ms");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"command while RAM flows       {busy} ms   ratio {busy.Median / idle.Median:0.0}, window {windowKiB} KiB"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"RAM beside commands           {rate,8:0} MiB/s   ratio to a plain unix socket's {plain:0} MiB/s: {rate / plain:0.00}"));
        }

        await listener.DisposeAsync();
        await serving;
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<Figures> AskAsync(MtunnelClient client, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        for (var i = 1; i <= Commands; i++)
        {
            figures.Add(await client.ResumeAsync(i, cancellationToken));
        }

        return figures;
    }

    // the figures of what is done while bytes flow from one socket to the other, and the MiB a second that flowed
    private static async Task<(Figures Figures, double Rate)> FlowAsync(
        string from, string to, Func<Task<Figures>> meanwhile, CancellationToken cancellationToken)
    {
        using Socket listener = New();
        listener.Bind(new UnixDomainSocketEndPoint(to));
        listener.Listen();
        using Socket sender = New();
        await sender.ConnectAsync(new UnixDomainSocketEndPoint(from), cancellationToken);
        using Socket receiver = await listener.AcceptAsync(cancellationToken);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sending = SendAsync(sender, enough.Token);
        long start = Stopwatch.GetTimestamp();
        Task<long> receiving = ReceiveAsync(receiver, cancellationToken);
        Figures figures = await meanwhile();
        await enough.CancelAsync();
        await sending;
        long bytes = await receiving;
        return (figures, bytes / Stopwatch.GetElapsedTime(start).TotalSeconds / (1 << 20));
    }

    private static async Task SendAsync(Socket socket, CancellationToken enough)
    {
        var buffer = new byte[BufferSize];
        while (!enough.IsCancellationRequested)
        {
            await socket.SendAsync(buffer, CancellationToken.None);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<long> ReceiveAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        long total = 0;
        int read;
        while ((read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            total += read;
        }

        return total;
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
