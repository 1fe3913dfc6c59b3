namespace Pve.Migration.Engine;

/// <summary>
/// A long interval, and a short one once the rest is less than what an average poll moved: remaining &lt; transferred / number of polls,
/// with the bytes of the poll before. The short interval then stays (Proxmox VE, QemuMigrate.pm).
/// </summary>
internal sealed class Pve2017Polling(string name, TimeSpan interval, TimeSpan nearTheEnd) : PollingStrategy
{
    public override string Name => name;

    public override TimeSpan NextDelay(PollingState state)
    {
        if (state.PreviousDelay == nearTheEnd)
        {
            return nearTheEnd;
        }

        return state is { Previous: { } previous, Current: { } current } && current.Remaining < previous.Transferred / state.Polls
            ? nearTheEnd
            : interval;
    }
}
