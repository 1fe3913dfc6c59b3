using System.Text.Json;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Proxmox;

// The parameters of v2's commands that make a VM at a remote cluster. Proxmox VE refuses members it does not know: none is written for nothing.
internal static class RemoteCommandText
{
    public static JsonElement BandwidthLimit(IReadOnlyList<string> storages, long? limit) => WireValue.Object(json =>
    {
        json.WriteStartArray("storages");
        foreach (string storage in storages)
        {
            json.WriteStringValue(storage);
        }

        json.WriteEndArray();
        if (limit is { } kibibytes)
        {
            json.WriteNumber("bwlimit", kibibytes);
        }
    });

    public static JsonElement Disk(PveRemoteDisk disk, string config) => WireValue.Object(json =>
    {
        json.WriteString("format", disk.Format);
        json.WriteString("storage", disk.Storage);
        json.WritePropertyName("drive");
        VmConfigText.ReadDrive(config, disk.Drive).WriteTo(json);
    });

    public static JsonElement Config(string config, string? firewall) => WireValue.Object(json =>
    {
        json.WriteString("conf", config);
        Optional(json, "firewall-config", firewall);
    });

    public static JsonElement Start(PveRemoteTargetOptions options, IReadOnlyList<RemoteVolume> volumes) => WireValue.Object(json =>
    {
        json.WriteStartObject("start_params");
        json.WriteString("statefile", "unix");
        json.WriteString("forcemachine", options.Machine);
        Optional(json, "forcecpu", options.ForceCpu);
        json.WriteNumber("skiplock", 1);
        Optional(json, "nets-host-mtu", options.NetsHostMtu);
        json.WriteEndObject();

        json.WriteStartObject("migrate_opts");
        json.WriteString("type", "websocket");
        json.WriteString("migratedfrom", options.SourceNode);
        json.WriteString("remote_node", options.Api.Node);
        json.WriteNumber("nbd_proto_version", 1);
        Optional(json, "spice_ticket", options.SpiceTicket);
        if (volumes.Count > 0)
        {
            json.WriteStartObject("nbd");
            foreach (RemoteVolume volume in volumes)
            {
                json.WriteStartObject(volume.Drive);
                json.WriteString("drivestr", volume.DriveString);
                json.WriteString("volid", volume.VolumeId);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
