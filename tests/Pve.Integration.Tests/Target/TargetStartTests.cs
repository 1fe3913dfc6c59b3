using System.Net.Sockets;
using Mtunnel.Hosting;
using Pve.Integration.Tests.Live;
using Pve.Migration;
using Pve.Qmp;
using static Pve.Integration.Tests.Target.TargetBench;

namespace Pve.Integration.Tests.Target;

/// <summary>A target side that starts its QEMU itself, and a real guest that moves into it.</summary>
public sealed class TargetStartTests
{
    [Fact]
    public async Task A_guest_moves_into_a_QEMU_that_was_started_over_the_tunnel()
    {
        await using var source = await MigrationBench.BootAsync();
        await using var bench = new TargetBench();
        var ticks = source.Guest.Heartbeat.Listen(Path.Combine(bench.Run, "100.serial"), "target");
        var host = bench.NewHost(bench.Options(GuestTemplate(source.Guest)));
        var client = await bench.OpenAsync(host);

        var started = await TellAsync(client, "start", Start);
        Assert.Equal(
            $$$"""{"success":true,"migrate":{"addr":"{{{bench.Paths.Migration}}}","proto":"unix","unix_sockets":[]},"drives":{}}""", started.GetRawText());
        Assert.Equal("inmigrate", (await TellAsync(client, "status")).GetProperty("status").GetString());
        var qemu = IncomingQemu.OutOfReach($"unix:{bench.Paths.Migration}", token => client.ExecuteAsync("stop", cancellationToken: token));
        await using var target = new TunnelTarget(qemu, Transport(host));
        var report = await source.MigrateAsync(target);

        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        await ticks.WaitForTicksAsync(20, Cancellation);
        var heartbeat = source.Guest.Heartbeat.Report();
        Assert.True(heartbeat.Perfect && !heartbeat.RanTwice, heartbeat.ToString());
        Assert.True((await TellAsync(client, "status")).GetProperty("running").GetBoolean());
        await client.QuitAsync(Cancellation);
        Assert.Single(bench.Processes()); // a tunnel's end is not its guest's
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_it_started_is_ended_by_stop_and_by_a_clean_up(bool cleansUp)
    {
        await RealQemu.RequireAsync();
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options(Template())));
        await TellAsync(client, "start", Start);
        Assert.Contains("was started already", await RefusedAsync(client, "start", Start), StringComparison.Ordinal);
        Assert.Single(bench.Processes());

        await (cleansUp ? client.QuitAndCleanUpAsync(Cancellation) : TellAsync(client, "stop"));

        bench.AssertNothingRuns();
    }

    [Theory]
    [InlineData("ended with exit code", "-frobnicate")]
    [InlineData("no-such-image", "-drive", "file={run-dir}/no-such-image,if=floppy,format=raw")]
    public async Task A_QEMU_that_does_not_start_says_why_and_leaves_nothing(string says, params string[] more)
    {
        await RealQemu.RequireAsync();
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options(Template(more))));

        var text = await RefusedAsync(client, "start", Start);

        Assert.Contains(more[0] == "-frobnicate" ? "invalid option" : says, text, StringComparison.Ordinal);
        bench.AssertNothingRuns();
    }

    [Fact]
    public async Task A_QEMU_that_never_answers_is_given_up_and_ended()
    {
        await using var bench = new TargetBench();
        await File.WriteAllTextAsync(Path.Combine(bench.Folder, "stuck"), "#!/bin/sh\necho stuck for good >&2\nread forever < \"$1\"\n", Cancellation);
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(bench.Run, "100.fifo")]))
        {
            await mkfifo.WaitForExitAsync(Cancellation);
        }

        var options = bench.Options($"sh\n{bench.Folder}/stuck\n{{run-dir}}/{{vmid}}.fifo") with { StartPatience = TimeSpan.FromMilliseconds(300) };
        var client = await bench.OpenAsync(bench.NewHost(options));

        Assert.Contains("did not answer within 0.3 s", await RefusedAsync(client, "start", Start), StringComparison.Ordinal);
        bench.AssertNothingRuns();
    }

    [Theory]
    [InlineData("100.migrate")]
    [InlineData("100.start")]
    public async Task A_socket_in_use_is_left_alone(string name)
    {
        await using var bench = new TargetBench();
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Path.Combine(bench.Run, name)));
        other.Listen();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options(Template())));

        Assert.Contains($"somebody listens at {bench.Run}/{name}", await RefusedAsync(client, "start", Start), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(bench.Run, name)));
        Assert.Empty(bench.Processes());
    }

    [Theory]
    [InlineData("there is no program", """{"start_params": {}, "migrate_opts": {}}""")]
    [InlineData("not defined in schema", """{"start_params": {"args": "-evil"}, "migrate_opts": {}}""")]
    [InlineData("not defined in schema", """{"start_params": {}, "migrate_opts": {"vmid": "../1"}}""")]
    [InlineData("statefile: only unix", """{"start_params": {"statefile": "tcp"}, "migrate_opts": {}}""")]
    [InlineData("type: only websocket or secure", """{"start_params": {}, "migrate_opts": {"type": "insecure"}}""")]
    [InlineData("the template has no {disk:scsi0}", """{"start_params": {}, "migrate_opts": {"nbd": {"scsi0": {"volid": "x"}}}}""")]
    [InlineData("a disk's name is such as scsi0", """{"start_params": {}, "migrate_opts": {"nbd": {"../x": {}}}}""")]
    public async Task What_a_source_asks_for_is_held_against_what_is_here(string says, string parameters)
    {
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options("/no/such/qemu\n{vmid}")));
        Assert.Contains(says, await RefusedAsync(client, "start", parameters), StringComparison.Ordinal);
        bench.AssertNothingRuns();
    }
}
