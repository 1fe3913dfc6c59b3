using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>Numbers the reports and delivers them beside the migration: a slow handler costs reports, never time inside the pause.</summary>
internal sealed class ProgressReporter : IAsyncDisposable
{
    private const int Waiting = 64;

    private readonly IProgress<MigrationProgress>? _progress;
    private readonly ILogger _logger;
    private readonly Channel<MigrationProgress> _queue = Channel.CreateBounded<MigrationProgress>(
        new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Task _delivery;
    private long _sequence;
    private MigrationInfo? _latest;
    private long _pass;

    public ProgressReporter(IProgress<MigrationProgress>? progress, ILogger logger)
    {
        (_progress, _logger) = (progress, logger);
        _delivery = progress is null ? Task.CompletedTask : DeliverAsync(progress);
    }

    public void Report(MigrationPhase phase, string step, TimeSpan elapsed, MigrationInfo? info = null, long pass = 0)
    {
        if (_progress is null)
        {
            return;
        }

        _latest = info ?? _latest;
        var ram = _latest?.Ram;
        _pass = Math.Max(_pass, Math.Max(pass, ram?.DirtySyncCount ?? 0));
        _queue.Writer.TryWrite(new MigrationProgress
        {
            Sequence = ++_sequence,
            Phase = phase,
            Step = step,
            Elapsed = elapsed,
            RamTotalBytes = ram?.Total ?? 0,
            RamRemainingBytes = ram?.Remaining ?? 0,
            RamTransferredBytes = ram?.Transferred ?? 0,
            BytesPerSecond = (ram?.Mbps ?? 0) * 1_000_000 / 8,
            DirtyBytesPerSecond = (double)(ram?.DirtyPagesRate ?? 0) * (ram is { PageSize: > 0 } ? ram.PageSize : 4096),
            Pass = _pass,
            ExpectedPause = _latest?.ExpectedDowntime,
        });
    }

    /// <summary>Delivers what waits, the last report included.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _delivery.ConfigureAwait(false);
    }

    private async Task DeliverAsync(IProgress<MigrationProgress> progress)
    {
        await foreach (var report in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                progress.Report(report);
            }
            catch (Exception e)
            {
                Log.ProgressHandlerFailed(_logger, e);
            }
        }
    }
}
