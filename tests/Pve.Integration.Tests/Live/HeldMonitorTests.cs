using Pve.Migration;
using Pve.Migration.Tests.Engine;
using Pve.Qmp;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>A last pass that cannot be written holds the lock of QEMU 7.2, and with it every in-band command.</summary>
public sealed class HeldMonitorTests
{
    [Fact]
    public async Task R6_A_monitor_that_a_frozen_target_holds_is_set_free()
    {
        await using var bench = await BootAsync(spanMiB: 16, disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var second = await QmpClient.ConnectAsync(QmpEndpoint.Unix(bench.Guest.Host.Process.QmpPath), cancellationToken: Cancellation);

        // Fenced by its host's power, as it were: the source hears nothing of that.
        var incoming = new IncomingQemu(target.Monitor, "unix:" + target.MigrationPath, kill: _ => Task.CompletedTask) { DisksListenUri = "unix:" + target.DisksPath };
        var hooked = new HookedTarget(new LocalTarget(incoming))
        {
            After = step =>
            {
                if (step == "stop exports")
                {
                    target.Process.Freeze();
                }

                return Task.CompletedTask;
            },
        };
        using var heard = second.Subscribe("STOP", "RESUME");

        // What the guest has dirtied is larger than what the socket holds.
        var report = await bench.MigrateAsync(hooked, change: request => request with
        {
            Disks = [new MigrationDisk("disk0")],
            SourceOutOfBand = second,
            MaxBandwidth = 20_000_000,
            DowntimeLimit = TimeSpan.FromSeconds(1),
            MaxPause = TimeSpan.FromMilliseconds(300),
        });
        await target.Process.KillAsync();

        Assert.Contains(report.Warnings, warning => warning.Contains("cut out of band", StringComparison.Ordinal));
        await bench.AssertStayedAsync(target, report, "switch over", "longer than the 300 ms");
        var stopped = await heard.ReadAsync(Cancellation);
        var resumed = await heard.ReadAsync(Cancellation);
        Assert.InRange(resumed.Timestamp - stopped.Timestamp, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(3));
    }
}
