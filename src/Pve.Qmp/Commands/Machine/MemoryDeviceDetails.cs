namespace Pve.Qmp.Commands;

/// <summary>What there is to know of a memory device; which members there are depends on its type.</summary>
/// <example>
/// <code>
/// foreach (MemoryDeviceInfo device in await qemu.ExecuteAsync(QmpCommands.QueryMemoryDevices, cancellationToken: cancellationToken))
/// {
///     long bytes = device.Data.Size ?? 0;
/// }
/// </code>
/// </example>
public sealed record MemoryDeviceDetails : QmpObject
{
    public string? Id { get; init; }

    /// <summary>Where it lies, of <c>dimm</c> and <c>nvdimm</c>.</summary>
    public long? Addr { get; init; }

    /// <summary>Bytes that the guest has of it.</summary>
    public long? Size { get; init; }

    public long? Slot { get; init; }

    public long? Node { get; init; }

    public string? Memdev { get; init; }

    public bool? Hotplugged { get; init; }

    public bool? Hotpluggable { get; init; }

    /// <summary>Where it lies, of the others.</summary>
    public long? Memaddr { get; init; }

    /// <summary>Bytes that the guest was asked to use.</summary>
    public long? RequestedSize { get; init; }

    /// <summary>Bytes that it can have.</summary>
    public long? MaxSize { get; init; }

    /// <summary>Bytes by which it changes.</summary>
    public long? BlockSize { get; init; }
}
