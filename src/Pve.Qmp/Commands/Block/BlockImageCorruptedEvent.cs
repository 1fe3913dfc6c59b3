namespace Pve.Qmp.Commands;

/// <summary>The data of <c>BLOCK_IMAGE_CORRUPTED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.BlockImageCorrupted.TryRead(qmpEvent, out BlockImageCorruptedEvent? data))
/// {
///     bool unusable = data.Fatal;
/// }
/// </code>
/// </example>
public sealed record BlockImageCorruptedEvent : QmpObject
{
    /// <summary>The drive's name; empty where it has none.</summary>
    public string Device { get; init => field = value ?? ""; } = "";

    /// <summary>The node.</summary>
    public string? NodeName { get; init; }

    /// <summary>What is wrong, in words for people.</summary>
    public string Msg { get; init => field = value ?? ""; } = "";

    /// <summary>Where, in bytes.</summary>
    public long? Offset { get; init; }

    /// <summary>How many bytes.</summary>
    public long? Size { get; init; }

    /// <summary>Whether the image can be used no more.</summary>
    public bool Fatal { get; init; }
}
