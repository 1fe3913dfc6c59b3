using System.Text.Json;

namespace Pve.Migration.Proxmox;

// A volume that a remote cluster allocated: its disk, the disk's line of the configuration there, and the volume's name.
internal sealed record RemoteVolume(string Drive, string DriveString, string VolumeId)
{
    // v2's answer to `disk`; null where it lacks something, or would break the configuration's line
    public static RemoteVolume? Read(string drive, JsonElement answer) =>
        Line(answer, "drivestr") is { } text && Line(answer, "volid") is { } volume ? new RemoteVolume(drive, text, volume) : null;

    private static string? Line(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            && !text.Any(char.IsControl)
            ? text
            : null;
}
