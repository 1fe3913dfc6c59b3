using System.Text.Json;

namespace Pve.Integration.Tests.Samples;

/// <summary>The LiveMigration sample, started as a user starts it, and what must be so of each result that it writes.</summary>
internal sealed class LiveMigrationProgram : IDisposable
{
    public static readonly string[] SmallGuest = ["--ram", "48", "--dirty", "4"];

    public SampleProgram Program { get; } = new("LiveMigration");

    public void Dispose() => Program.Dispose();

    /// <summary>Runs it to its good end; it leaves nothing behind.</summary>
    public async Task<List<JsonElement>> MigrateAsync(params string[] options)
    {
        var file = Program.NewFile("runs.json");
        var result = await Program.RunAsync([.. SmallGuest, "--json", file, .. options]);
        result.AssertSucceeded();
        Program.AssertNothingIsLeft();
        return Read(file);
    }

    public static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    public static List<JsonElement> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    public static void AssertMigrated(JsonElement run, string mode)
    {
        Assert.Equal(mode, run.GetProperty("mode").GetString());
        Assert.Equal("Migrated", run.GetProperty("outcome").GetString());
        Assert.NotEmpty(run.GetProperty("polling").GetString()!);
        Assert.InRange(run.GetProperty("ramTransferredBytes").GetInt64(), 1, 1L << 30);
        Assert.InRange(run.GetProperty("qemuDowntimeMs").GetDouble(), 0, 60_000);
        AssertTimes(run);
        AssertArrived(run);
    }

    public static void AssertArrived(JsonElement run)
    {
        Assert.Equal("Migrated", run.GetProperty("outcome").GetString());
        var guest = run.GetProperty("guest");
        Assert.InRange(guest.GetProperty("heartbeatGapMs").GetDouble(), 0, 60_000);
        Assert.Equal(0, guest.GetProperty("ticksLost").GetInt64());
        Assert.True(guest.GetProperty("ramIntact").GetBoolean());
    }

    public static void AssertTimes(JsonElement run)
    {
        var paused = run.GetProperty("pausedMs").GetDouble();
        Assert.InRange(paused, 0.001, 60_000);
        Assert.InRange(run.GetProperty("handoverGapMs").GetDouble(), 0, paused);
        Assert.InRange(run.GetProperty("totalMs").GetDouble(), paused, 180_000);

        var ledger = run.GetProperty("ledger").EnumerateArray().ToList();
        Assert.NotEmpty(ledger);
        Assert.All(ledger, line =>
        {
            Assert.NotEmpty(line.GetProperty("name").GetString()!);
            Assert.Contains(line.GetProperty("placement").GetString(), new[] { "BeforePause", "InsidePause", "AfterResume" });
            Assert.InRange(line.GetProperty("startMs").GetDouble(), 0, run.GetProperty("totalMs").GetDouble() + 1);
            Assert.InRange(line.GetProperty("durationMs").GetDouble(), 0, run.GetProperty("totalMs").GetDouble() + 1);
        });
        var inside = ledger.Where(line => line.GetProperty("placement").GetString() == "InsidePause").Sum(line => line.GetProperty("durationMs").GetDouble());
        Assert.InRange(inside, paused - 1, paused + 1);
    }
}
