using System.Text.Json;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>A migration under auto-converge of a guest that dirties all it has in each pass: how far it is throttled, on real QEMU and on the simulated one.</summary>
internal static class ThrottleTalk
{
    public const int SpanMiB = 4;

    /// <summary>The span twice a second.</summary>
    public const int PagesPerTick = 2;

    private const string Parameters
        = """{"max-bandwidth":2097152,"downtime-limit":1,"cpu-throttle-initial":15,"cpu-throttle-increment":25,"max-cpu-throttle":50}""";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>What it comes to, in percent.</summary>
    public static int[] Steps { get; } = [15, 40, 50];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Each percentage that shows, up to the highest.</summary>
    public static async Task<List<int>> HoldAsync(QmpClient source, QmpClient target, string address, TimeProvider time)
    {
        await AskAsync(source, "migrate-set-capabilities", """{"capabilities":[{"capability":"auto-converge","state":true}]}""");
        await AskAsync(source, "migrate-set-parameters", Parameters);
        await AskAsync(target, "migrate-incoming", $$"""{"uri":"unix:{{address}}"}""");
        await AskAsync(source, "migrate", $$"""{"uri":"unix:{{address}}"}""");
        var seen = new List<int>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), time);
        while (!seen.Contains(Steps[^1]))
        {
            var info = await source.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: Cancellation);
            if (info.CpuThrottlePercentage is { } percentage && !seen.Contains(percentage))
            {
                seen.Add(percentage);
            }

            await Task.Delay(Interval, time, patience.Token);
        }

        return seen;
    }

    private static Task<JsonElement> AskAsync(QmpClient client, string command, string arguments)
        => client.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Cancellation);
}
