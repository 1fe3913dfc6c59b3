namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>device_add</c>; the device's own properties are <see cref="QmpObject.Others"/>.</summary>
/// <param name="Driver">The device's type.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.DeviceAdd,
///     new("virtio-blk-pci") { Id = "virtio0", Others = new() { { "drive", "disk0" }, { "bootindex", 1 } } },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record DeviceAdd(string Driver) : QmpObject
{
    /// <summary>Where it is plugged in.</summary>
    public string? Bus { get; init; }

    /// <summary>The id.</summary>
    public string? Id { get; init; }
}
