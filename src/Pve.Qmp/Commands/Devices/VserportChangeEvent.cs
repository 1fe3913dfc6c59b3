namespace Pve.Qmp.Commands;

/// <summary>The data of <c>VSERPORT_CHANGE</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.VserportChange.TryRead(qmpEvent, out VserportChangeEvent? data))
/// {
///     bool agentRuns = data.Open;
/// }
/// </code>
/// </example>
public sealed record VserportChangeEvent : QmpObject
{
    /// <summary>The port.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Whether the guest has it open.</summary>
    public bool Open { get; init; }
}
