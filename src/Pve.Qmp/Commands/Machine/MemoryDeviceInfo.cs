namespace Pve.Qmp.Commands;

/// <summary>A memory device that can be plugged.</summary>
/// <example>
/// <code>
/// foreach (MemoryDeviceInfo device in await qemu.ExecuteAsync(QmpCommands.QueryMemoryDevices, cancellationToken: cancellationToken))
/// {
///     bool dimm = device.Type == "dimm";
/// }
/// </code>
/// </example>
public sealed record MemoryDeviceInfo : QmpObject
{
    /// <summary>
    /// <c>dimm</c>, <c>nvdimm</c>, <c>virtio-pmem</c>, <c>virtio-mem</c>, <c>sgx-epc</c>, <c>hv-balloon</c>, or one of tomorrow.
    /// </summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The rest.</summary>
    public MemoryDeviceDetails? Data { get; init; }
}
