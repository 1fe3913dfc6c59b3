using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Mtunnel;
using Pve.Integration.Tests.Ssh;
using Pve.Migration;

namespace Pve.Benchmarks.Tunnel;

/// <summary>
/// One exchange of the tunnel over ssh, against a line of the same length through a bare <c>cat</c> behind the same ssh. They take turns in short
/// blocks, each long enough for its processes to be awake, and the ratio is the median of those between neighbouring blocks. v1's
/// <c>resume</c> goes to a server in this program, which has no QEMU to wait for; v2's <c>version</c> to mtunnel itself.
/// </summary>
internal static class SshExchangeBenchmark
{
    private const double Limit = 1.2;
    private const int Block = 50;
    private const int WarmUp = 10; // blocks

    // as long as what travels: resume 123456; and {"success":true,"api":2,"age":0,"capabilities":[…]}, the longer half of that exchange
    private const int ResumeLength = 13;
    private const int VersionLength = 120;

    public static async Task<int> RunAsync(string? host, string? config, string? mtunnel, int exchanges, CancellationToken cancellationToken)
    {
        if (host is not null)
        {
            return await CompareAsync(host, config, mtunnel, exchanges, cancellationToken);
        }

        if (!LoopbackSshd.IsAvailable)
        {
            await Console.Error.WriteLineAsync($"ssh-exchange starts an sshd of its own: that needs {LoopbackSshd.Program} and root; or give --ssh HOST.");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("pve-sshd-").FullName;
        try
        {
            await using var sshd = new LoopbackSshd(folder);
            await sshd.StartAsync();
            return await CompareAsync("target", await sshd.WriteClientConfigAsync(), mtunnel, exchanges, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The far end of <c>resume</c>, started by ssh.</summary>
    public static Task ServeAsync(CancellationToken cancellationToken)
        => MtunnelServer.ServeAsync(new StandardPipe(), new WillingHandler(), cancellationToken: cancellationToken);

    private static async Task<int> CompareAsync(string host, string? config, string? mtunnel, int exchanges, CancellationToken cancellationToken)
    {
        var options = new SshTransportOptions { Host = host, ConfigFile = config };
        string[] server = ["env", $"DOTNET_ROOT={Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))}"];
        string[] own = [.. server, Environment.ProcessPath!, "serve"];
        string[] program =
        [
            .. server, mtunnel ?? Path.Combine(AppContext.BaseDirectory, "mtunnel"), "--qmp-dir", Path.GetTempPath(), "--dialect", "v2", "--vmid", "123456",
        ];
        var resume = await CompareAsync(
            "v1 resume", options with { RemoteCommand = own }, ResumeLength, (client, token) => client.ResumeAsync(123456, token), exchanges, cancellationToken);
        var version = await CompareAsync(
            "v2 version", options with { RemoteCommand = program }, VersionLength, (client, token) => client.ExecuteAsync("version", cancellationToken: token),
            exchanges, cancellationToken);
        var kept = resume <= Limit && version <= Limit;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"limit: {Limit} times cat: {(kept ? "kept" : "MISSED")}"));
        return kept ? 0 : 1;
    }

    private static async Task<double> CompareAsync(
        string name, SshTransportOptions options, int length, Func<MtunnelClient, CancellationToken, Task> exchange, int exchanges,
        CancellationToken cancellationToken)
    {
        await using var client = await MtunnelClient.OpenAsync(new SshTransport(options), cancellationToken: cancellationToken);
        await client.Negotiated.WaitAsync(cancellationToken);
        await using var cat = new SshCat(options, length);
        var (tunnel, bare, ratios) = (new Figures(), new Figures(), new Figures());
        for (var i = -WarmUp; i < exchanges / Block; i++)
        {
            var ours = await TimeAsync(() => exchange(client, cancellationToken));
            var theirs = await TimeAsync(() => cat.ExchangeAsync(cancellationToken));
            if (i >= 0)
            {
                tunnel.Add(ours);
                bare.Add(theirs);
                ratios.Add(ours / theirs);
            }
        }

        await client.QuitAsync(cancellationToken);
        Console.WriteLine($"{name,-10} over ssh     {tunnel} ms");
        Console.WriteLine($"{length,3} bytes through cat   {bare} ms");
        Console.WriteLine($"ratio, block by block   {ratios}");
        return ratios.Median;
    }

    // one block's median
    private static async Task<double> TimeAsync(Func<Task> exchange)
    {
        var block = new Figures();
        for (var i = 0; i < Block; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await exchange();
            block.Add(Stopwatch.GetElapsedTime(start));
        }

        return block.Median;
    }
}
