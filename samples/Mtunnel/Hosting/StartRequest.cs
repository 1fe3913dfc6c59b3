using System.Text.Json;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>
/// What a source says with <c>start</c>. Nothing of it reaches QEMU, whose machine is the template's; it is held against what is here:
/// <code>
/// {"start_params": {"statefile": "unix", …}, "migrate_opts": {"type": "websocket", "nbd": {"scsi0": {"drivestr": "…", "volid": "…"}}, …}}
/// </code>
/// </summary>
internal static class StartRequest
{
    private static readonly string[] StartParameters = ["statefile", "forcemachine", "forcecpu", "skiplock", "nets-host-mtu"];
    private static readonly string[] MigrateOptions =
        ["migratedfrom", "type", "remote_node", "nbd_proto_version", "nbd", "spice_ticket", "network", "storagemap"];

    /// <summary>The volumes that are to be exported: those it names, or all that the template wants where it names none.</summary>
    /// <exception cref="MtunnelRefusedException">It is not to be had here.</exception>
    public static IReadOnlyList<Volume> Judge(JsonElement parameters, IReadOnlyList<Volume> wanted)
    {
        var start = parameters.GetProperty("start_params");
        var migrate = parameters.GetProperty("migrate_opts");
        RefuseOthers(start, StartParameters);
        RefuseOthers(migrate, MigrateOptions);
        Expect(start, "statefile", "unix");
        Expect(migrate, "type", "websocket", "secure");
        if (!Wire.TryGet(migrate, "nbd", out var nbd))
        {
            return wanted;
        }

        return nbd.ValueKind == JsonValueKind.Object
            ? [.. nbd.EnumerateObject().Select(disk => Find(disk, wanted))]
            : throw new MtunnelRefusedException("nbd: type check failed, Object expected");
    }

    private static Volume Find(JsonProperty disk, IReadOnlyList<Volume> wanted)
    {
        if (!Names.IsDrive(disk.Name))
        {
            throw new MtunnelRefusedException("nbd: a disk's name is such as scsi0");
        }

        var volume = wanted.FirstOrDefault(volume => volume.Drive == disk.Name)
            ?? throw new MtunnelRefusedException($"nbd: the template has no {{disk:{disk.Name}}}");
        return disk.Value.ValueKind == JsonValueKind.Object
            && disk.Value.TryGetProperty("volid", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() == volume.Id
                ? volume
                : throw new MtunnelRefusedException($"NBD mismatch for '{disk.Name}': its volume here is {volume.Id}");
    }

    private static void RefuseOthers(JsonElement given, string[] known)
    {
        if (given.EnumerateObject().Any(member => !known.Contains(member.Name)))
        {
            throw new MtunnelRefusedException("a property is not defined in schema and the schema does not allow additional properties");
        }
    }

    private static void Expect(JsonElement given, string name, params string[] values)
    {
        if (Wire.TryGet(given, name, out var value) && !(value.ValueKind == JsonValueKind.String && values.Contains(value.GetString())))
        {
            throw new MtunnelRefusedException($"{name}: only {string.Join(" or ", values)} can be had here");
        }
    }
}
