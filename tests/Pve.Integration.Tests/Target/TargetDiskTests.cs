using Mtunnel.Hosting;
using Pve.Integration.Tests.Live;
using Pve.Migration;
using static Pve.Integration.Tests.Target.TargetBench;

namespace Pve.Integration.Tests.Target;

/// <summary>Disks that are made for a guest which is to come: written to through their exports, and removed with it, never others.</summary>
public sealed class TargetDiskTests
{
    private const string Scsi0 = """{"format": "raw", "storage": "local", "drive": {"interface": "scsi", "index": 0, "size": 1048576, "iothread": "1"}}""";

    private static readonly string[] WithDisk = ["-drive", "file={disk:scsi0},format=raw,if=none,id=drive-scsi0"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_written_through_the_export_is_on_the_disk(bool isDrive)
    {
        await RealQemu.RequireAsync();
        await using var bench = new TargetBench();
        string[] line = isDrive ? WithDisk : ["-blockdev", """{"driver":"raw","node-name":"drive-scsi0","file":{"driver":"file","filename":"{disk:scsi0}"}}"""];
        var client = await bench.OpenAsync(bench.NewHost(bench.Options(Template(line))));
        Assert.Equal(
            """{"success":true,"drivestr":"local:vm-100-disk-0.raw,size=1M","volid":"local:vm-100-disk-0.raw"}""",
            (await TellAsync(client, "disk", Scsi0)).GetRawText());
        AssertPrivate(DiskOf(bench));

        var started = await TellAsync(client, "start", StartWith("local:vm-100-disk-0.raw"));

        var uri = $"nbd:unix:{bench.Paths.Nbd}:exportname=drive-scsi0";
        Assert.Equal(uri, started.GetProperty("drives").GetProperty("scsi0").GetProperty("nbd_uri").GetString());
        Assert.Equal([bench.Paths.Nbd], started.GetProperty("migrate").GetProperty("unix_sockets").EnumerateArray().Select(path => path.GetString()));
        var content = new byte[1 << 20];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(Path.Combine(bench.Folder, "content"), content, Cancellation);
        Assert.Equal(0, await RunAsync("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", Path.Combine(bench.Folder, "content"), uri));
        await TellAsync(client, "nbdstop");
        Assert.False(File.Exists(bench.Paths.Nbd));
        Assert.NotEqual(0, await RunAsync("qemu-img", "info", "-f", "raw", uri));
        await TellAsync(client, "stop");
        Assert.Equal(content, await File.ReadAllBytesAsync(DiskOf(bench), Cancellation));
        bench.AssertNothingRuns();
    }

    [Fact]
    public async Task A_clean_up_removes_what_was_made_also_by_an_earlier_mtunnel_and_nothing_else()
    {
        await using var bench = new TargetBench();
        var other = Path.Combine(bench.Disks, "local", "vm-100-disk-0.raw");
        await File.WriteAllTextAsync(other, "another's", Cancellation);
        await using (var earlier = new TargetHost(bench.Options(Template(WithDisk))))
        {
            var first = await bench.OpenAsync(earlier);
            Assert.Equal("local:vm-100-disk-1.raw", (await TellAsync(first, "disk", Scsi0)).GetProperty("volid").GetString());
            await TellAsync(first, "config", """{"conf": "memory: 64\n", "firewall-config": "[OPTIONS]\n"}""");
        }

        var client = await bench.OpenAsync(bench.NewHost(bench.Options(Template(WithDisk))));
        Assert.Equal("local:vm-100-disk-0.qcow2", (await TellAsync(client, "disk", Scsi0.Replace("raw", "qcow2", StringComparison.Ordinal))).GetProperty("volid").GetString());
        Assert.Equal(3, Directory.GetFiles(Path.Combine(bench.Disks, "local")).Length);
        await client.QuitAndCleanUpAsync(Cancellation);

        Assert.Equal([other], Directory.GetFiles(Path.Combine(bench.Disks, "local")));
        Assert.Equal("another's", await File.ReadAllTextAsync(other, Cancellation));
        Assert.Equal(["100.lock"], Directory.GetFiles(bench.Run).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_guest_that_arrived_keeps_its_disks()
    {
        await using var source = await MigrationBench.BootAsync();
        await using var bench = new TargetBench();
        var ticks = source.Guest.Heartbeat.Listen(Path.Combine(bench.Run, "100.serial"), "target");
        var host = bench.NewHost(bench.Options($"{GuestTemplate(source.Guest)}\n{string.Join('\n', WithDisk)}"));
        var client = await bench.OpenAsync(host);
        await TellAsync(client, "disk", Scsi0);
        await TellAsync(client, "start", Start);
        var qemu = IncomingQemu.OutOfReach($"unix:{bench.Paths.Migration}", token => client.ExecuteAsync("stop", cancellationToken: token));
        await using (var target = new TunnelTarget(qemu, Transport(host)))
        {
            var report = await source.MigrateAsync(target);
            Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        }

        await ticks.WaitForTicksAsync(20, Cancellation);
        var refused = await Assert.ThrowsAsync<MtunnelRefusedException>(() => client.QuitAndCleanUpAsync(Cancellation));
        Assert.Contains("VM 100 runs", refused.ErrorText, StringComparison.Ordinal);
        Assert.True(File.Exists(DiskOf(bench)));
        var again = await bench.OpenAsync(host);
        await TellAsync(again, "stop");
        await again.QuitAndCleanUpAsync(Cancellation);
        Assert.True(File.Exists(DiskOf(bench))); // it ran: its disks are its own
    }

    // Its monitor may be in somebody else's reach, and what that one did is not known here.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disks_of_a_guest_that_may_have_run_outlive_its_client(bool wasAsked)
    {
        await RealQemu.RequireAsync();
        await using var bench = new TargetBench();
        var host = bench.NewHost(bench.Options(Template(WithDisk)));
        var client = await bench.OpenAsync(host);
        await TellAsync(client, "disk", Scsi0);
        await TellAsync(client, "start", Start);
        if (wasAsked)
        {
            using var enough = new CancellationTokenSource(); // it is armed now, and would run once it had been loaded
            var resuming = host.ResumeAsync(VmId, enough.Token);
            await TellAsync(client, "status");
            await enough.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resuming);
        }
        else
        {
            await TellAsync(client, "stop");
        }

        var kept = await Assert.ThrowsAsync<MtunnelRefusedException>(() => host.AbandonAsync(VmId, Cancellation));
        Assert.Contains(wasAsked ? "was asked to run" : "may have run", kept.ErrorText, StringComparison.Ordinal);
        Assert.True(File.Exists(DiskOf(bench)));
        Assert.Equal(wasAsked ? 1 : 0, bench.Processes().Count);
        await client.QuitAndCleanUpAsync(Cancellation);
        Assert.False(File.Exists(DiskOf(bench)));
        Assert.Equal(["100.lock"], Directory.GetFiles(bench.Run).Select(Path.GetFileName).Where(name => name != "100.serial"));
        bench.AssertNothingRuns();
    }

    [Theory]
    [InlineData("size:", "1048576", "-1")]
    [InlineData("size:", "1048576", "1000")]
    [InlineData("size:", "1048576", "99999999999999999999")]
    [InlineData("size:", "1048576", "\"1G\"")]
    [InlineData("format:", "raw", ";rm")]
    [InlineData("format:", "raw", "vmdk")]
    [InlineData("storage: a name of letters", "local", "../disks/local")]
    [InlineData("storage: a name of letters", "local", "..")]
    [InlineData("storage: a name of letters", "local", "-o")]
    [InlineData("there is no such storage", "local", "other")]
    [InlineData("drive:", "scsi", "../scsi")]
    [InlineData("drive:", "scsi", "ide0\\n")]
    [InlineData("index: type check failed", "\"index\": 0", "\"index\": []")]
    [InlineData("interface: property is missing", "interface", "face")]
    public async Task Only_what_is_had_here_is_made(string says, string good, string bad)
    {
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options(Template(WithDisk))));

        var text = await RefusedAsync(client, "disk", Scsi0.Replace(good, bad, StringComparison.Ordinal));

        Assert.Contains(says, text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(bench.Disks, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_disk_that_cannot_be_made_leaves_nothing()
    {
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options(Template(WithDisk)) with { QemuImg = "false" }));
        Assert.Contains("ended with exit code 1", await RefusedAsync(client, "disk", Scsi0), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(bench.Disks, "*", SearchOption.AllDirectories));
        Assert.Contains("ask for 'disk' first", await RefusedAsync(client, "start", Start), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_record_removes_nothing()
    {
        await using var bench = new TargetBench();
        var victim = Path.Combine(bench.Folder, "victim");
        await File.WriteAllTextAsync(victim, "", Cancellation);
        await File.WriteAllTextAsync(bench.Paths.Made, "scsi0 .. victim 512\n", Cancellation);
        var client = await bench.OpenAsync(bench.NewHost(bench.Options()));
        await client.Negotiated;

        var refused = await Assert.ThrowsAsync<MtunnelRefusedException>(() => client.QuitAndCleanUpAsync(Cancellation));

        Assert.Contains("is damaged", refused.ErrorText, StringComparison.Ordinal);
        Assert.True(File.Exists(victim));
    }

    private static string DiskOf(TargetBench bench) => Path.Combine(bench.Disks, "local", "vm-100-disk-0.raw");

    private static string StartWith(string volume)
        => Start.Replace("\"type\"", $"\"nbd\": {{\"scsi0\": {{\"drivestr\": \"x\", \"volid\": \"{volume}\"}}}}, \"type\"", StringComparison.Ordinal);

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
        await process.WaitForExitAsync(Cancellation);
        await said;
        return process.ExitCode;
    }
}
