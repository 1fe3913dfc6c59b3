using Pve.Migration.Testing;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

// A worker that is blocked is one for every clock of the process, so nothing else runs meanwhile.
[CollectionDefinition(nameof(BlockedHandlerTests), DisableParallelization = true)]
[Collection(nameof(BlockedHandlerTests))]
public sealed class BlockedHandlerTests
{
    [Fact]
    public async Task A_handler_that_blocks_adds_nothing_to_the_pause_and_is_left_behind()
    {
        TimeSpan? without = null;
        await RunAsync(async bench => without = (await bench.MigrateAsync()).Ledger.Paused);
        using var released = new ManualResetEventSlim();
        var returned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await RunAsync(async bench =>
        {
            try
            {
                var report = await bench.MigrateAsync(progress: new Handler(_ =>
                {
                    VirtualTime.Block(() => released.Wait(Cancellation));
                    returned.TrySetResult();
                }));
                bench.AssertMigrated(report);
                Assert.Equal(without, report.Ledger.Paused);
            }
            finally
            {
                released.Set();
                await returned.Task;
            }
        });
    }
}
