using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class TunnelMigrationTests
{
    [Fact]
    public async Task A_peer_that_never_tells_its_version_costs_nothing()
    {
        var local = await TimesAsync(bench => bench.Local());
        var silent = await TimesAsync(bench => Tunnel(bench, new InProcessTransport((pipe, token) => ServeAsync(bench, pipe, null, token))));
        var prompt = await TimesAsync(bench => Tunnel(bench, new InProcessTransport((pipe, token) => ServeAsync(bench, pipe, TimeSpan.Zero, token))));

        Assert.Equal((null, "v0", "v1"), (local.Dialect, silent.Dialect, prompt.Dialect));
        Assert.Equal((local.Paused, local.Total), (silent.Paused, silent.Total));
        Assert.Equal((local.Paused, local.Total), (prompt.Paused, prompt.Total));
    }

    [Fact]
    public Task A_tunnel_that_was_silent_until_it_was_closed_was_v0() => RunAsync(async bench =>
    {
        await using var target = Tunnel(bench, new InProcessTransport((pipe, token) => ServeAsync(bench, pipe, null, token)));
        bench.AssertMigrated(await bench.MigrateAsync(target, MigrationProfile.Pve2017Before));
        Assert.Equal("v0", target.Dialect);
    });

    [Fact]
    public async Task A_version_that_comes_late_during_the_copy_is_still_used()
    {
        var local = await TimesAsync(bench => bench.Local());
        var late = await TimesAsync(bench => Tunnel(
            bench, new InProcessTransport((pipe, token) => ServeAsync(bench, pipe, TimeSpan.FromSeconds(1), token)), withFallback: true));
        Assert.Equal("v1", late.Dialect);
        Assert.Equal((local.Paused, local.Total), (late.Paused, late.Total));
    }

    [Fact]
    public Task A_tunnel_that_is_lost_during_the_copy_gives_the_guest_back_without_another_way() => RunAsync(async bench =>
    {
        await using var target = Tunnel(bench, new InProcessTransport(async (pipe, token) =>
        {
            await pipe.Output.WriteAsync("tunnel online\nver 1\n"u8.ToArray(), token);
            await bench.PassAsync(1);
        }), withFallback: false);

        var failure = bench.AssertRolledBack(await bench.MigrateAsync(target));
        Assert.Equal("copy RAM", failure.Step);
        Assert.Contains("is lost", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_tunnel_that_is_lost_during_the_copy_is_no_loss_with_another_way() => RunAsync(async bench =>
    {
        await using var target = Tunnel(bench, new InProcessTransport(async (pipe, token) =>
        {
            await pipe.Output.WriteAsync("tunnel online\nver 1\n"u8.ToArray(), token);
            await bench.PassAsync(1);
        }));
        bench.AssertMigrated(await bench.MigrateAsync(target));
    });

    // The first tunnel loses the answer; the second one is asked, and a late OK of the first is nobody's. Where the guest does not run there, it is
    // told once more, and asked about over a third.
    [Theory]
    [InlineData("resume", true, typeof(MigrationOutcome.Migrated), 2)]
    [InlineData("resume", false, typeof(MigrationOutcome.Unknown), 3)]
    [InlineData("resume-when-completed", true, typeof(MigrationOutcome.Migrated), 2)]
    [InlineData("resume-when-completed", false, typeof(MigrationOutcome.Unknown), 3)]
    public Task A_resume_without_an_answer_is_asked_about_over_a_second_tunnel(string command, bool carriedOut, Type outcome, int opened) => RunAsync(async bench =>
    {
        var handler = new LosesAnswers(bench, command, carriedOut);
        var options = new MtunnelServerOptions { Dialect = MtunnelDialect.V2, Vmid = VmId };
        var tunnels = 0;
        await using var target = new HookedTarget(new TunnelTarget(
            bench.Incoming(),
            new InProcessTransport((pipe, token) =>
            {
                tunnels++;
                return MtunnelServer.ServeAsync(pipe, handler, options, token);
            }),
            options: new MtunnelClientOptions { TimeProvider = bench.Time, ResumeTimeout = TimeSpan.FromSeconds(3) })) { IsOutOfReach = true };
        var report = await bench.MigrateAsync(target);
        Assert.IsType(outcome, report.Outcome);
        bench.AssertSafe(report);
        Assert.Equal((opened, opened - 1), (tunnels, handler.Asked));
    });

    [Fact]
    public Task A_tunnel_whose_server_never_ends_is_left_behind_by_the_clean_up() => RunAsync(async bench =>
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var target = Tunnel(bench, new InProcessTransport(async (pipe, token) =>
        {
            await pipe.Output.WriteAsync("tunnel online\n"u8.ToArray(), token);
            await released.Task;
        }));

        var report = await bench.MigrateAsync(target);
        released.SetResult();
        bench.AssertMigrated(report);
        Assert.Contains(report.Warnings, warning => warning.Contains("close tunnel", StringComparison.Ordinal));
        await target.DisposeAsync();
    });

    private static TunnelTarget Tunnel(EngineBench bench, IMtunnelTransport transport, bool withFallback = true)
        => new(bench.Incoming(), transport, withFallback ? bench.Local() : null, new MtunnelClientOptions { TimeProvider = bench.Time });

    private static async Task<(TimeSpan? Paused, TimeSpan Total, string? Dialect)> TimesAsync(Func<EngineBench, IMigrationTarget> choose)
    {
        (TimeSpan?, TimeSpan, string?) times = default;
        await RunAsync(async bench =>
        {
            await using var target = choose(bench);
            var report = await bench.MigrateAsync(target);
            bench.AssertMigrated(report);
            Assert.Empty(report.Warnings);
            times = (report.Ledger.Paused, report.Statistics.Total, target.Dialect);
        });
        return times;
    }

    // A peer that tells its version after a while, or never, and answers as far as it has told one.
    private static async Task ServeAsync(EngineBench bench, IDuplexPipe pipe, TimeSpan? version, CancellationToken token)
    {
        await pipe.Output.WriteAsync("tunnel online\n"u8.ToArray(), token);
        if (version is { } delay)
        {
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, bench.Time, token);
            }

            await pipe.Output.WriteAsync("ver 1\n"u8.ToArray(), token);
        }

        using var heard = new StreamReader(pipe.Input.AsStream(), Encoding.ASCII);
        while (await heard.ReadLineAsync(token) is { } line)
        {
            if (line.StartsWith("resume ", StringComparison.Ordinal))
            {
                await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: token);
            }

            if (version is not null)
            {
                await pipe.Output.WriteAsync("OK\n"u8.ToArray(), token);
            }

            if (line == "quit")
            {
                return;
            }
        }
    }

    private sealed class LosesAnswers(EngineBench bench, string command, bool carriesOut) : IMtunnelHandler
    {
        public int Asked { get; private set; }

        public IReadOnlyCollection<string> Commands => ["status", command];

        public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => ResumeAsync(cancellationToken);

        private async Task ResumeAsync(CancellationToken cancellationToken)
        {
            if (carriesOut)
            {
                await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken);
            }

            await Task.Delay(TimeSpan.FromSeconds(4), bench.Time, cancellationToken);
        }

        public async Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
        {
            if (request.Command == "resume-when-completed")
            {
                await ResumeAsync(cancellationToken);
                return default;
            }

            Asked++;
            return JsonElement.Parse(bench.Pair.Target.IsGuestRunning ? """{"status": "running", "running": true}""" : """{"status": "paused", "running": false}""");
        }
    }
}
