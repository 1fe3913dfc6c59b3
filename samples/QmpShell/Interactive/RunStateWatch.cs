using System.Threading.Channels;
using Pve.Qmp;

namespace QmpShell.Interactive;

/// <summary>Keeps the prompt's run state: asks QEMU whenever it may have changed, one question at a time.</summary>
internal sealed class RunStateWatch(QmpClient client, Action<string> changed)
{
    private static readonly HashSet<string> Hints =
    [
        "STOP", "RESUME", "RESET", "SHUTDOWN", "POWERDOWN", "SUSPEND", "SUSPEND_DISK", "WAKEUP", "GUEST_PANICKED", "GUEST_CRASHLOADED",
        "MIGRATION", "WATCHDOG", "BLOCK_IO_ERROR", "COLO_EXIT",
    ];

    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Asks soon.</summary>
    public void Ask() => _asked.Writer.TryWrite(true);

    /// <summary>Asks soon where such an event may come with another run state.</summary>
    public void AskAfter(string eventName)
    {
        if (Hints.Contains(eventName))
        {
            Ask();
        }
    }

    /// <summary>Asks until it is cancelled or the connection is lost.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var patient = new QmpCallOptions { ReplyTimeout = Timeout.InfiniteTimeSpan };
        try
        {
            await foreach (var _ in _asked.Reader.ReadAllAsync(cancellationToken))
            {
                changed((await client.ExecuteAsync(QmpCommands.QueryStatus, patient, cancellationToken)).Status.Value);
            }
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            // no run state is known: a storage daemon has none, and when the connection is lost the shell says so
        }
    }
}
