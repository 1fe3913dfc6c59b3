using System.Text;
using System.Text.Json;
using Nerdbank.Streams;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class GuestAgentHookTests
{
    [Fact]
    public Task It_freezes_at_the_source_and_thaws_and_trims_at_the_target() => RunAsync(async bench =>
    {
        var agent = new ScriptedAgent();
        var report = await bench.MigrateAsync(change: request => request with { Hooks = [new GuestAgentHook(Options(bench, agent))] });
        bench.AssertMigrated(report);
        Assert.Empty(report.Warnings);
        Assert.Equal(["source guest-fsfreeze-freeze", "target guest-fsfreeze-thaw", "target guest-fstrim"], agent.Calls);
    });

    [Fact]
    public Task A_guest_that_is_given_back_is_thawed_there() => RunAsync(async bench =>
    {
        var agent = new ScriptedAgent();
        bench.Ownership.Before = call => call == "hand over ownership" ? throw new OwnershipException("no") : Task.CompletedTask;
        bench.AssertRolledBack(await bench.MigrateAsync(change: request => request with { Hooks = [new GuestAgentHook(Options(bench, agent))] }));
        Assert.Equal(["source guest-fsfreeze-freeze", "source guest-fsfreeze-thaw"], agent.Calls);
    });

    // As a recovery in another process does.
    [Theory]
    [InlineData(MigrationPhase.RollingBack, "source guest-fsfreeze-thaw")]
    [InlineData(MigrationPhase.CleaningUp, "target guest-fsfreeze-thaw", "target guest-fstrim")]
    public Task Another_instance_thaws_what_was_frozen(MigrationPhase phase, params string[] calls) => RunAsync(async bench =>
    {
        var agent = new ScriptedAgent();
        await new GuestAgentHook(Options(bench, agent)).EnterAsync(MigrationPhase.Copying, VmId, Cancellation);
        await new GuestAgentHook(Options(bench, agent)).EnterAsync(phase, VmId, Cancellation);
        Assert.Equal(["source guest-fsfreeze-freeze", .. calls], agent.Calls);
    });

    [Theory]
    [InlineData("refuses", "refused 'guest-fsfreeze-freeze'")]
    [InlineData("is silent", "has not answered 'guest-fsfreeze-freeze' in time")]
    [InlineData("is gone", "does not answer")]
    [InlineData("hangs up", "has hung up")]
    [InlineData("talks nonsense", "talks nonsense")]
    [InlineData("talks for ever", "no end")]
    public Task One_that_does_not_freeze_ends_the_migration_and_the_guest_is_thawed_all_the_same(string how, string says) => RunAsync(async bench =>
    {
        var agent = new ScriptedAgent { Fault = how };
        var failure = bench.AssertRolledBack(await bench.MigrateAsync(change: request => request with { Hooks = [new GuestAgentHook(Options(bench, agent))] }));
        Assert.Equal("guest agent (Copying)", failure.Step);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(how != "is gone", agent.Calls.Contains("source guest-fsfreeze-thaw"));
    });

    [Fact]
    public Task One_that_does_not_trim_is_a_warning() => RunAsync(async bench =>
    {
        var agent = new ScriptedAgent { Fault = "refuses", FaultAt = "guest-fstrim" };
        var options = Options(bench, agent) with { FreezesFileSystems = false };
        var report = await bench.MigrateAsync(change: request => request with { Hooks = [new GuestAgentHook(options)] });
        bench.AssertMigrated(report);
        Assert.Contains(report.Warnings, warning => warning.Contains("refused 'guest-fstrim'", StringComparison.Ordinal));
        Assert.Equal(["target guest-fstrim"], agent.Calls);
    });

    private static GuestAgentOptions Options(EngineBench bench, ScriptedAgent agent) => new()
    {
        OpenAtSource = token => agent.OpenAsync("source", token),
        OpenAtTarget = token => agent.OpenAsync("target", token),
        FreezesFileSystems = true,
        TrimsFileSystems = true,
        TimeProvider = bench.Time,
    };

    /// <summary>The agent's end: it notes each command, and has one fault at one of them.</summary>
    private sealed class ScriptedAgent
    {
        public string? Fault { get; init; }

        public string FaultAt { get; init; } = "guest-fsfreeze-freeze";

        public List<string> Calls { get; } = [];

        public Task<Stream> OpenAsync(string side, CancellationToken cancellationToken)
        {
            var (ours, theirs) = FullDuplexStream.CreatePair();
            if (Fault != "is gone")
            {
                _ = ServeAsync(side, theirs, cancellationToken);
            }

            return Task.FromResult(ours);
        }

        private async Task ServeAsync(string side, Stream stream, CancellationToken cancellationToken)
        {
            await Task.Yield();
            using var reader = new StreamReader(stream, Encoding.Latin1);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                var ask = JsonElement.Parse(line.TrimStart('\u00FF'));
                var command = ask.GetProperty("execute").GetString()!;
                if (command == "guest-sync-delimited")
                {
                    await SendAsync(stream, $$"""old{"return": 1}{{'\n'}}{{'\u00FF'}}{"return": {{ask.GetProperty("arguments").GetProperty("id")}}}{{'\n'}}""");
                    continue;
                }

                Calls.Add($"{side} {command}");
                switch (command == FaultAt ? Fault : null)
                {
                    case "refuses":
                        await SendAsync(stream, """{"error": {"class": "GenericError", "desc": "secret"}}""" + "\n");
                        break;
                    case "is silent":
                        break;
                    case "hangs up":
                        await stream.DisposeAsync();
                        return;
                    case "talks nonsense":
                        await SendAsync(stream, "secret\n");
                        break;
                    case "talks for ever":
                        await SendAsync(stream, new string('x', 2 << 20));
                        break;
                    default:
                        await SendAsync(stream, """{"return": {}}""" + "\n");
                        break;
                }
            }
        }

        private static Task SendAsync(Stream stream, string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text), Cancellation).AsTask();
    }
}
