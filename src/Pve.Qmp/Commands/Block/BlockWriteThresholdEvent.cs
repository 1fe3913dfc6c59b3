namespace Pve.Qmp.Commands;

/// <summary>The data of <c>BLOCK_WRITE_THRESHOLD</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.BlockWriteThreshold.TryRead(qmpEvent, out BlockWriteThresholdEvent? data))
/// {
///     string node = data.NodeName;
/// }
/// </code>
/// </example>
public sealed record BlockWriteThresholdEvent : QmpObject
{
    public string NodeName { get; init => field = value ?? ""; } = "";

    /// <summary>By how many bytes.</summary>
    public long AmountExceeded { get; init; }

    /// <summary>The threshold in bytes; it is gone now.</summary>
    public long WriteThreshold { get; init; }
}
