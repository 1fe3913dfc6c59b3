using System.Globalization;

namespace DowntimeLab.Real;

/// <summary>Two network namespaces, joined by a veth whose both ends are rate limited.</summary>
internal sealed class LabNetwork : IAsyncDisposable
{
    public const string SourceAddress = "10.199.17.1";
    public const string TargetAddress = "10.199.17.2";

    private readonly Stack<string> _made = new();

    /// <summary>The source's namespace.</summary>
    public string Source { get; } = $"dlab{Environment.ProcessId}a";

    /// <summary>The target's.</summary>
    public string Target { get; } = $"dlab{Environment.ProcessId}b";

    /// <summary>The start of a command line that runs in a namespace; it replaces itself, so the process id stays.</summary>
    public static string[] Inside(string name) => ["nsenter", $"--net=/run/netns/{name}", "--"];

    // What was in them goes with them: the veth and its limits.
    public async ValueTask DisposeAsync() => await Ends.AllAsync(_made.Select(name => (Func<Task>)(() => Tool.RunAsync("ip", "netns", "delete", name))));

    /// <exception cref="LabException">It cannot be made; what was made is ended with it.</exception>
    public async Task MakeAsync(int megabits)
    {
        foreach (var name in new[] { Source, Target })
        {
            await Tool.RunAsync("ip", "netns", "add", name);
            _made.Push(name);
        }

        await Tool.RunAsync("ip", "-n", Source, "link", "add", "lab", "type", "veth", "peer", "name", "lab", "netns", Target);
        await SetUpAsync(Source, SourceAddress, megabits);
        await SetUpAsync(Target, TargetAddress, megabits);
    }

    // tbf: a bucket of 2 ms at the rate, but no less than the largest packet that is not cut up; 50 ms of packets may wait.
    private static async Task SetUpAsync(string name, string address, int megabits)
    {
        var bucket = Math.Max(megabits * 250L, 64 * 1024);
        await Tool.RunAsync("ip", "-n", name, "address", "add", $"{address}/30", "dev", "lab");
        await Tool.RunAsync("ip", "-n", name, "link", "set", "lo", "up");
        await Tool.RunAsync("ip", "-n", name, "link", "set", "lab", "up");
        await Tool.RunAsync(
            "tc", "-n", name, "qdisc", "add", "dev", "lab", "root", "tbf",
            "rate", string.Create(CultureInfo.InvariantCulture, $"{megabits}mbit"),
            "burst", bucket.ToString(CultureInfo.InvariantCulture), "latency", "50ms");
    }
}
