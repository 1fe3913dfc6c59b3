namespace Pve.Qmp.Commands;

/// <summary>The data of <c>MEMORY_DEVICE_SIZE_CHANGE</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.MemoryDeviceSizeChange.TryRead(qmpEvent, out MemoryDeviceSizeChangeEvent? data))
/// {
///     long bytes = data.Size;
/// }
/// </code>
/// </example>
public sealed record MemoryDeviceSizeChangeEvent : QmpObject
{
    public string? Id { get; init; }

    /// <summary>Bytes that the guest has of it now.</summary>
    public long Size { get; init; }

    public string QomPath { get; init => field = value ?? ""; } = "";
}
