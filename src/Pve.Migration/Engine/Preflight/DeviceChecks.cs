using System.Globalization;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Preflight;

/// <summary>Whether both sides have the same devices in the same places. One that the target lacks ends its load, after the whole copy.</summary>
internal static class DeviceChecks
{
    private const string Id = "devices";

    public static async Task RunAsync(Comparison sides, CancellationToken cancellationToken)
    {
        if (await sides.AskAsync(Id, monitor => ReadAsync(monitor, cancellationToken)).ConfigureAwait(false) is not var (ours, theirs))
        {
            return;
        }

        if (Without(ours, theirs) is { Count: > 0 } lacking)
        {
            sides.Findings.Error(Id, $"The target at {sides.Target.Name} lacks devices that the source has: {string.Join(", ", lacking)}.", "Start it with the same devices.");
        }

        if (Without(theirs, ours) is { Count: > 0 } extra)
        {
            sides.Findings.Warn(
                Id, $"The target at {sides.Target.Name} has devices that the source lacks: {string.Join(", ", extra)}.", "Start it with the same devices.");
        }
    }

    private static async Task<List<string>> ReadAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        List<string> devices = [];
        devices.AddRange(
            (await monitor.ExecuteAsync(QmpCommands.QomList, new QomPath("/machine/peripheral"), cancellationToken: cancellationToken).ConfigureAwait(false))
                .Where(IsDevice).Select(device => $"{device.Name} ({Type(device)})"));
        devices.AddRange(
            (await monitor.ExecuteAsync(QmpCommands.QomList, new QomPath("/machine/peripheral-anon"), cancellationToken: cancellationToken).ConfigureAwait(false))
                .Where(IsDevice).Select(Type));
        devices.AddRange(
            (await monitor.ExecuteAsync(QmpCommands.QueryPci, cancellationToken: cancellationToken).ConfigureAwait(false))
                .SelectMany(bus => bus.Devices).SelectMany(WithThoseBehind).Select(Describe));
        return devices;
    }

    private static IEnumerable<PciDeviceInfo> WithThoseBehind(PciDeviceInfo device)
        => device.PciBridge is { Devices: { } behind } ? behind.SelectMany(WithThoseBehind).Prepend(device) : [device];

    // Behind a bridge the guest numbers the buses, and a target that has not run yet has no numbers: the id tells such devices.
    private static string Describe(PciDeviceInfo device) => string.Create(
        CultureInfo.InvariantCulture,
        $"PCI {(device.QdevId.Length > 0 ? device.QdevId : "device")} {device.Slot:x2}.{device.Function:x} [{device.Id.Vendor:x4}:{device.Id.Device:x4}]");

    private static bool IsDevice(ObjectPropertyInfo property) => property.Type.StartsWith("child<", StringComparison.Ordinal);

    private static string Type(ObjectPropertyInfo property) => property.Type["child<".Length..].TrimEnd('>');

    // As often as they are there more often.
    private static List<string> Without(List<string> devices, List<string> others)
    {
        var left = devices.ToList();
        others.ForEach(device => left.Remove(device));
        return left;
    }
}
