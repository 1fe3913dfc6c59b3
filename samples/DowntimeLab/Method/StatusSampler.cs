using Pve.Qmp;

namespace DowntimeLab.Method;

/// <summary>Asks a target for its status again and again, from its start until its guest runs.</summary>
internal sealed class StatusSampler(QmpClient target, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How often the series asked.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private Task _sampling = Task.CompletedTask;

    public PausedTally Tally { get; } = new();

    /// <summary>Begins after <paramref name="phase"/>; at each interval it asks once, however long the answer takes.</summary>
    public void Start(TimeSpan phase) => _sampling = SampleAsync(phase);

    /// <summary>Waits for the sample that finds the guest running.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => _sampling.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task SampleAsync(TimeSpan phase)
    {
        await Task.Delay(phase, time, _stop.Token);
        using var timer = new PeriodicTimer(Interval, time);
        var start = time.GetTimestamp();
        do
        {
            var asked = time.GetElapsedTime(start);
            var status = await target.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: _stop.Token);
            Tally.Add(asked, status.Status);
        }
        while (!Tally.IsOver && await timer.WaitForNextTickAsync(_stop.Token));
    }
}
