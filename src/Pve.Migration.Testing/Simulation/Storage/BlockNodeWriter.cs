using System.Text.Json;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>Writes block nodes and disks as QEMU 7.2 does.</summary>
internal static class BlockNodeWriter
{
    public static void WriteDisks(Machine machine, Utf8JsonWriter json)
    {
        machine.Disks.Settle();
        json.WriteStartArray();
        foreach (var disk in machine.Disks.All.Reverse().Where(node => node.Device is not null)) // as they were plugged in
        {
            json.WriteStartObject();
            json.WriteString("io-status"u8, "ok"u8);
            json.WriteString("device"u8, ""u8);
            json.WriteBoolean("locked"u8, false);
            json.WriteBoolean("removable"u8, false);
            json.WritePropertyName("inserted"u8);
            Write(disk, json, writeBack: false);
            json.WriteString("qdev"u8, disk.Device);
            json.WriteString("type"u8, "unknown"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteNodes(Machine machine, Utf8JsonWriter json)
    {
        machine.Disks.Settle();
        json.WriteStartArray();
        foreach (var node in machine.Disks.All)
        {
            Write(node, json, writeBack: true);
        }

        json.WriteEndArray();
    }

    private static void Write(BlockNode node, Utf8JsonWriter json, bool writeBack)
    {
        json.WriteStartObject();
        foreach (var limit in (string[])["bps", "bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr", "write_threshold", "backing_file_depth"])
        {
            json.WriteNumber(limit, 0);
        }

        json.WriteString("detect_zeroes"u8, "off"u8);
        json.WriteBoolean("encrypted"u8, false);
        json.WriteString("node-name"u8, node.Name);
        json.WriteString("drv"u8, node.Driver);
        json.WriteBoolean("ro"u8, node.IsReadOnly);
        json.WriteString("file"u8, node.Image.Path);
        json.WriteStartObject("cache"u8);
        json.WriteBoolean("no-flush"u8, false);
        json.WriteBoolean("direct"u8, false);
        json.WriteBoolean("writeback"u8, writeBack);
        json.WriteEndObject();
        if (node.Bitmaps.Count > 0)
        {
            json.WriteStartArray("dirty-bitmaps"u8);
            node.Bitmaps.ForEach(bitmap => bitmap.Write(json));
            json.WriteEndArray();
        }

        json.WriteStartObject("image"u8);
        json.WriteString("filename"u8, node.Image.Path);
        json.WriteString("format"u8, node.Driver);
        json.WriteNumber("virtual-size"u8, node.Image.Bytes);
        json.WriteNumber("actual-size"u8, node.Image.DataBytes);
        json.WriteBoolean("dirty-flag"u8, false);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
