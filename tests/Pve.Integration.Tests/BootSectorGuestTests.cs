using System.Diagnostics;

namespace Pve.Integration.Tests;

public sealed class BootSectorGuestTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(64)]
    public async Task It_boots_and_ticks_and_its_memory_is_what_it_wrote(int spanMiB)
    {
        await using var host = new GuestBench(spanMiB);
        var started = Stopwatch.GetTimestamp();
        var (qemu, ticks) = await host.StartAsync("only");
        await ticks.WaitForTicksAsync(1, TestContext.Current.CancellationToken);
        var booted = Stopwatch.GetElapsedTime(started);
        await ticks.WaitForTicksAsync(1000, TestContext.Current.CancellationToken);
        using var process = Process.GetProcessById(qemu.Pid);
        TestContext.Current.SendDiagnosticMessage(
            $"{spanMiB} MiB: first tick after {booted.TotalMilliseconds:f0} ms, {process.TotalProcessorTime.TotalMilliseconds:f0} ms CPU at tick 1000");

        await using var qmp = await RawQmp.ConnectAsync(qemu.QmpPath);
        for (var i = 0; i < 5; i++)
        {
            await qmp.ExecuteAsync("stop");
            var result = await host.CheckMemoryAsync(qmp);
            Assert.True(result.Intact, result.ToString());
            await qmp.ExecuteAsync("cont");
            await ticks.WaitForTicksAsync(ticks.TicksSeen + 7, TestContext.Current.CancellationToken);
        }

        var report = host.Heartbeat.Report();
        Assert.True(report.Perfect, report.ToString());
        Assert.Equal(1u, report.FirstTick);
    }

    [Fact]
    public async Task Damage_done_from_outside_is_found()
    {
        await using var host = new GuestBench(1, pagesPerTick: 0);
        var (qemu, ticks) = await host.StartAsync("only");
        await ticks.WaitForTicksAsync(10, TestContext.Current.CancellationToken);
        await using var qmp = await RawQmp.ConnectAsync(qemu.QmpPath);
        await qmp.ExecuteAsync("stop");
        Assert.True((await host.CheckMemoryAsync(qmp)).Intact);

        // the same dump, looked at as if the guest had written on
        var file = Path.Combine(host.Root, "dump");
        var dump = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        dump[^1] ^= 1;
        Assert.StartsWith("Page 255, word 1023", new Migration.Testing.GuestMemory(host.Guest).Check(dump).Discrepancy, StringComparison.Ordinal);
    }
}
