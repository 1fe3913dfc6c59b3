using System.Diagnostics;
using Pve.Migration.Testing;

namespace LiveMigration.Crashes;

/// <summary>Lets the fault strike, once.</summary>
internal sealed class Striker(ChaosPoint point, GuestHost source, GuestHost target)
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(2);

    private int _struck;

    /// <summary>To be called as each step is about to begin.</summary>
    public Task ReachAsync(string? step)
        => step == point.Step && Interlocked.Exchange(ref _struck, 1) == 0 ? StrikeAsync() : Task.CompletedTask;

    private async Task StrikeAsync()
    {
        switch (point.Fault)
        {
            case ChaosFault.KillSource:
                await source.Process.KillAsync();
                break;
            case ChaosFault.KillTarget:
                await target.Process.KillAsync();
                break;
            case ChaosFault.FreezeSource:
                _ = FreezeAsync(source.Process);
                break;
            case ChaosFault.FreezeTarget:
                _ = FreezeAsync(target.Process);
                break;
            case ChaosFault.Crash:
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                break;
        }
    }

    private static async Task FreezeAsync(QemuProcess process)
    {
        process.Freeze();
        await Task.Delay(Frozen, TimeProvider.System);
        process.Thaw();
    }
}
