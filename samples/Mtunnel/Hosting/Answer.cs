using System.Text.Json;

namespace Mtunnel.Hosting;

/// <summary>The answers' members, as Proxmox VE writes them.</summary>
internal static class Answer
{
    /// <summary><c>start</c>'s: where the RAM is taken, which sockets have to be led there, and where each disk is mirrored onto.</summary>
    public static JsonElement Started(GuestPaths paths, IReadOnlyList<Volume> exports) => Of(json =>
    {
        json.WriteStartObject("migrate");
        json.WriteString("addr", paths.Migration);
        json.WriteString("proto", "unix");
        json.WriteStartArray("unix_sockets");
        if (exports.Count > 0)
        {
            json.WriteStringValue(paths.Nbd);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("drives");
        foreach (var volume in exports)
        {
            json.WriteStartObject(volume.Drive);
            json.WriteString("drivestr", volume.DriveString);
            json.WriteString("nbd_uri", $"nbd:unix:{paths.Nbd}:exportname={volume.Export}");
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    public static JsonElement Of(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
