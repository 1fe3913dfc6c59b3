namespace Pve.Migration.Engine;

/// <summary>Events are acted on as they come; the poll is a safety net of one interval.</summary>
internal sealed class EventDrivenPolling(TimeSpan safetyNet) : PollingStrategy
{
    public override string Name => "events";

    public override bool UsesEvents => true;

    public override TimeSpan NextDelay(PollingState state) => safetyNet;
}
