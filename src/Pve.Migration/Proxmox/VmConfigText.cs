using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Proxmox;

// A VM's configuration as text, as in /etc/pve/qemu-server/VMID.conf: "name: value" lines, then sections such as [snapshot].
//
//   scsi0: local-lvm:vm-100-disk-0,iothread=1,size=4G
internal static partial class VmConfigText
{
    // The disk as v2's `disk` takes it: without volume and format, the size in bytes.
    public static JsonElement ReadDrive(string config, string drive)
    {
        string value = Main(config).Select(line => ValueOf(line, drive)).LastOrDefault(static value => value is not null)
            ?? throw new ArgumentException($"the configuration has no disk {drive}", nameof(drive));
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in value.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] pair = part.Split('=', 2);
            if (pair is [var name, var text] && name is not ("file" or "volume" or "format"))
            {
                properties[name] = text;
            }
        }

        long size = properties.Remove("size", out string? written) && ReadSize(written) is { } bytes
            ? bytes
            : throw new ArgumentException($"the disk {drive} of the configuration has no size such as size=4G", nameof(drive));
        int digits = drive.AsSpan().IndexOfAnyInRange('0', '9');
        return WireValue.Object(json =>
        {
            json.WriteString("interface", drive[..digits]);
            json.WriteNumber("index", int.Parse(drive.AsSpan(digits), NumberStyles.None, CultureInfo.InvariantCulture));
            json.WriteNumber("size", size);
            foreach ((string name, string text) in properties)
            {
                json.WriteString(name, text);
            }
        });
    }

    // Only ahead of the sections: what a snapshot says of its disks is the snapshot's.
    public static string WithDrives(string config, IReadOnlyDictionary<string, string> drives)
    {
        string[] lines = config.Split('\n');
        for (int i = 0; i < lines.Length && !lines[i].StartsWith('['); i++)
        {
            int colon = lines[i].IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && drives.TryGetValue(lines[i][..colon], out string? value))
            {
                lines[i] = $"{lines[i][..colon]}: {value}";
            }
        }

        return string.Join('\n', lines);
    }

    private static IEnumerable<string> Main(string config) => config.Split('\n').TakeWhile(static line => !line.StartsWith('['));

    private static string? ValueOf(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal) && line.AsSpan(name.Length).StartsWith(":") ? line[(name.Length + 1)..].Trim() : null;

    private static long? ReadSize(string text)
    {
        Match match = Size().Match(text);
        if (!match.Success || !decimal.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            return null;
        }

        decimal bytes = number * match.Groups["unit"].Value switch
        {
            "K" => 1L << 10,
            "M" => 1L << 20,
            "G" => 1L << 30,
            "T" => 1L << 40,
            _ => 1,
        };
        return bytes is >= 1 and <= long.MaxValue ? (long)bytes : null;
    }

    [GeneratedRegex(@"^(?<number>[0-9]{1,15}(?:\.[0-9]{1,6})?)(?<unit>[KMGT]?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Size();
}
