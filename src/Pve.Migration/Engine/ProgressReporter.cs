using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Engine.Forecast;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>Numbers the reports and delivers them beside the migration: a slow handler costs reports, never time inside the pause.</summary>
internal sealed class ProgressReporter : IAsyncDisposable
{
    private const int Waiting = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly IProgress<MigrationProgress>? _progress;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _reporting = new();
    private readonly Channel<MigrationProgress> _queue = Channel.CreateBounded<MigrationProgress>(
        new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Task _delivery;
    private long _sequence;
    private MigrationInfo? _latest;
    private IReadOnlyList<DiskProgress> _disks = [];
    private long _pass;
    private (MigrationPhase Phase, string Step, TimeSpan At)? _reported;
    private volatile bool _abandoned;

    public ProgressReporter(IProgress<MigrationProgress>? progress, TimeProvider time, ILogger logger)
    {
        (_progress, _time, _logger) = (progress, time, logger);
        _delivery = progress is null ? Task.CompletedTask : DeliverAsync(progress);
    }

    /// <summary>The steps report and so does the poll beside them; the numbers follow the order of the queue.</summary>
    public void Report(MigrationPhase phase, string step, TimeSpan elapsed, MigrationInfo? info = null, long pass = 0, IReadOnlyList<DiskProgress>? disks = null,
        PauseForecast? forecast = null)
    {
        if (_progress is null)
        {
            return;
        }

        lock (_reporting)
        {
            _disks = disks ?? _disks;
            Enqueue(phase, step, elapsed, info, pass, forecast);
        }
    }

    /// <summary>Delivers what waits, the last report included; a handler that does not come back is left behind.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        try
        {
            await _delivery.WaitAsync(Grace, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _abandoned = true;
            Log.ProgressHandlerStuck(_logger);
        }
    }

    private void Enqueue(MigrationPhase phase, string step, TimeSpan elapsed, MigrationInfo? info, long pass, PauseForecast? forecast)
    {
        _latest = info ?? _latest;
        var ram = _latest?.Ram;
        _pass = Math.Max(_pass, Math.Max(pass, ram?.DirtySyncCount ?? 0));
        var isMoreOfTheSame = _reported is { } last && last.Phase == phase && last.Step == step && elapsed - last.At < Interval;
        if (isMoreOfTheSame)
        {
            return; // the next report has it
        }

        _reported = (phase, step, elapsed);
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
            Disks = _disks,
            ExpectedPause = _latest?.ExpectedDowntime,
            PredictedPause = forecast?.Pause,
            PredictedEnd = phase == MigrationPhase.Copying ? forecast?.End : null,
            WaitsFor = phase == MigrationPhase.Copying ? forecast?.WaitsFor : null,
        });
    }

    private async Task DeliverAsync(IProgress<MigrationProgress> progress)
    {
        await foreach (var report in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (_abandoned)
            {
                return;
            }

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
