namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>qom-list-properties</c> and <c>device-list-properties</c>.</summary>
/// <param name="Typename">The type.</param>
/// <example>
/// <code>
/// var properties = await qemu.ExecuteAsync(QmpCommands.DeviceListProperties,
///     new("virtio-net-pci"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record TypeName(string Typename) : QmpObject;
