using System.Text.RegularExpressions;
using Pve.Integration.Tests.Ssh;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

public sealed class PreflightTests(SshdFixture sshd)
{
    // All that a migration would change, by what QEMU says of it.
    private static readonly string[] Questions =
    [
        "query-status", "query-migrate", "query-migrate-capabilities", "query-migrate-parameters", "query-block", "query-named-block-nodes",
        "query-block-exports", "query-block-jobs", "query-jobs", "query-pci", "query-cpus-fast",
    ];

    [Fact]
    public async Task Two_alike_have_no_problem_and_are_as_before()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        IReadOnlyList<string> before = [.. await AnswersAsync(bench.Guest.Host), .. await AnswersAsync(target)];
        await using var handler = HandlerFor(target);
        await using var tunnel = new TunnelTarget(target.AsIncoming(), InProcess(handler));

        var findings = await PreflightAsync(bench, tunnel, [new MigrationDisk("disk0")]);

        Assert.All(findings, finding => Assert.True(finding.Severity == PreflightSeverity.Information, finding.ToString()));
        Assert.DoesNotContain(findings, finding => finding.Text.Contains("could not be compared", StringComparison.Ordinal));
        Assert.Equal(before, [.. await AnswersAsync(bench.Guest.Host), .. await AnswersAsync(target)]);

        var report = await bench.MigrateAsync(tunnel, change: request => request with { Disks = [new MigrationDisk("disk0")] });
        await bench.AssertArrivedAsync(target, report);
    }

    [Theory]
    [InlineData("cpu", "lacks features that the guest was given: CPUID 1.", "-cpu", "qemu64,-sse2")]
    [InlineData("cpu", "The source's CPU is qemu64-x86_64-cpu", "-cpu", "Nehalem")]
    [InlineData("cpu", "The source has 1 CPUs, the target at", "-smp", "2")]
    [InlineData("drives", "holds an image, the target's at", "-device", "virtio-rng-pci,addr=9")]
    [InlineData("devices", "PCI r0 08.0 [1af4:1005]", "-device", "virtio-rng-pci,addr=9")]
    public async Task What_differs_is_found(string id, string says, string option, string value)
    {
        var folder = Directory.CreateTempSubdirectory("pve-drive-");
        try
        {
            var image = Path.Combine(folder.FullName, "cd.raw");
            await File.WriteAllBytesAsync(image, new byte[65536], Cancellation);
            string[] source =
                ["-device", "virtio-rng-pci,id=r0,addr=8", "-blockdev", $"file,node-name=cd,read-only=on,filename={image}", "-device", "virtio-blk-pci,id=b0,drive=cd,addr=7"];
            await using var bench = await BootAsync(extraArguments: source);
            var target = await bench.Guest.StartTargetAsync(extraArguments: [.. id is "drives" or "devices" ? [] : source, option, value], cancellationToken: Cancellation);

            var findings = await PreflightAsync(bench, new LocalTarget(target.AsIncoming()));

            Assert.Contains(findings, f => f.Id == id && f.Severity == PreflightSeverity.Error && f.Text.Contains(says, StringComparison.Ordinal) && f.Remedy is not null);
            var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()));
            await bench.AssertStayedAsync(target, report, "check target", says);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Another QEMU makes the devices of the same board in another order; one device less shows the same.
    [Fact]
    public async Task A_drive_of_the_board_is_the_same_by_whatever_number()
    {
        var machine = (await RealQemu.RequireAsync()).ResolveMachine("pc");
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(machine: machine + ",hpet=off", cancellationToken: Cancellation);
        Assert.NotEqual(await FloppyAsync(bench.Guest.Host), await FloppyAsync(target));
        Assert.DoesNotContain(await PreflightAsync(bench, new LocalTarget(target.AsIncoming())), finding => finding.Id == "drives");

        static async Task<string?> FloppyAsync(GuestHost host)
            => (await host.Monitor.ExecuteAsync(QmpCommands.QueryBlock, cancellationToken: Cancellation)).Single(drive => drive.Device.StartsWith("floppy", StringComparison.Ordinal)).Qdev;
    }

    [Fact]
    public async Task What_blocks_and_what_is_at_work_is_found_with_what_is_in_the_way()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var monitor = bench.Guest.Host.Monitor;
        await monitor.ExecuteAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsNullCo { NodeName = "sink", Size = 2 << 20 }, cancellationToken: Cancellation);
        await monitor.ExecuteAsync(
            QmpCommands.BlockdevMirror, new BlockdevMirror("disk0", "sink", MirrorSyncMode.Full) { JobId = "backup-job", Speed = 1 }, cancellationToken: Cancellation);
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        var taken = Path.Combine(bench.Root, "taken.sock");
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(taken));
        listener.Listen();
        var incoming = new IncomingQemu(target.Monitor, $"unix:{taken}", kill: _ => target.Process.KillAsync());

        var findings = await PreflightAsync(bench, new LocalTarget(incoming), [new MigrationDisk("disk0")]);

        File.Delete(taken);
        Assert.Contains(findings, f => f.Id == "target" && f.Text == $"Somebody listens at {taken} already.");
        Assert.Contains(findings, f => f.Id == "job" && f.Text.StartsWith("The job 'backup-job' (mirror) is ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Over_ssh_the_clock_of_the_host_is_read_and_a_host_that_is_closed_is_found()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var findings = await PreflightAsync(bench, new SshCommandTarget(target.AsIncoming(), new SshCommandRunner(sshd.Options(SshdFixture.Host))));
        Assert.Contains(findings, f => f is { Id: "clock", Severity: PreflightSeverity.Information } && f.Text.Contains("give or take", StringComparison.Ordinal));

        var stranger = new SshCommandRunner(sshd.Options(SshdFixture.ClosedHost));
        findings = await PreflightAsync(bench, new SshCommandTarget(target.AsIncoming(), stranger));
        Assert.Contains(findings, f => f is { Id: "target", Severity: PreflightSeverity.Error });
    }

    private static Task<IReadOnlyList<PreflightFinding>> PreflightAsync(MigrationBench bench, IMigrationTarget target, IReadOnlyList<MigrationDisk>? disks = null)
        => new LiveMigrator().PreflightAsync(
            new MigrationRequest { VmId = VmId, Source = bench.Guest.Host.Monitor, Target = target, Disks = disks ?? [] }, Cancellation);

    // What the guest's own writes make grow is no difference.
    private static async Task<IReadOnlyList<string>> AnswersAsync(GuestHost host)
    {
        var answers = new List<string>();
        foreach (var question in Questions)
        {
            var answer = await host.Monitor.ExecuteAsync(question, cancellationToken: Cancellation);
            answers.Add(question + Regex.Replace(answer.ToString(), "\"actual-size\": \\d+", ""));
        }

        return answers;
    }
}
