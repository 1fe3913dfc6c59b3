using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The data of <c>BLOCK_IO_ERROR</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.BlockIoError.TryRead(qmpEvent, out BlockIoErrorEvent? data))
/// {
///     bool full = data.Nospace == true;
/// }
/// </code>
/// </example>
public sealed record BlockIoErrorEvent : QmpObject
{
    /// <summary>The drive's name; empty where it has none.</summary>
    public string Device { get; init => field = value ?? ""; } = "";

    /// <summary>The node.</summary>
    public string? NodeName { get; init; }

    /// <summary>What the request wanted.</summary>
    public IoOperationType Operation { get; init; }

    /// <summary>What QEMU does about it.</summary>
    public BlockErrorAction Action { get; init; }

    /// <summary>Whether the host's storage is full; null where QEMU does not know.</summary>
    public bool? Nospace { get; init; }

    /// <summary>The error, in words for people.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>The device. Since QEMU 9.2.</summary>
    [QmpSince("9.2")]
    public string? QomPath { get; init; }
}
