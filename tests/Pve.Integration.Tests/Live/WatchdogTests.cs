using System.Diagnostics;
using Pve.Integration.Tests.Samples;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

public sealed class WatchdogTests
{
    [Fact]
    public async Task A_guest_that_waits_at_pre_switchover_for_a_migrator_that_is_gone_goes_on()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var source = bench.Guest.Host.Monitor;
        using var watchdog = Process.Start(new ProcessStartInfo(BuiltProgram.PathOf("mtunnel"), ["watch", $"{VmId}", "--qmp-dir", bench.Guest.Host.Folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_ROOT"] = SampleProgram.DotnetRoot },
        })!;
        await watchdog.StandardInput.WriteLineAsync("arm 60000".AsMemory(), Cancellation);
        await watchdog.StandardInput.FlushAsync(Cancellation);
        Assert.Equal("armed", await watchdog.StandardOutput.ReadLineAsync(Cancellation));

        using var heard = source.Subscribe("MIGRATION", "RESUME");
        await target.Monitor.ExecuteAsync(QmpCommands.MigrateIncoming, new MigrateIncoming("unix:" + target.MigrationPath), cancellationToken: Cancellation);
        await source.ExecuteAsync(
            QmpCommands.MigrateSetCapabilities,
            new MigrateSetCapabilities([new(MigrationCapability.PauseBeforeSwitchover, true), new(MigrationCapability.Events, true)]), cancellationToken: Cancellation);
        await source.ExecuteAsync(QmpCommands.Migrate, new Migrate("unix:" + target.MigrationPath), cancellationToken: Cancellation);
        await HearAsync(heard, "pre-switchover");

        watchdog.StandardInput.Close();
        await HearAsync(heard, "cancelled");
        await watchdog.WaitForExitAsync(Cancellation);
        Assert.Equal(0, watchdog.ExitCode);
        Assert.Equal(RunState.Running, (await source.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Cancellation)).Status);
        await target.Process.KillAsync();
        await bench.Guest.EndAsync(target);
        await bench.AssertIntactAsync();
    }

    private static async Task HearAsync(QmpEventSubscription heard, string status)
    {
        while (await heard.ReadAsync(Cancellation) is var next && (next.Name != "MIGRATION" || next.Data.GetProperty("status").GetString() != status))
        {
        }
    }
}
