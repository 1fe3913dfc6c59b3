using System.Text.Json;
using System.Text.RegularExpressions;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Proxmox;

// What v2's `start` answered. Pure: it reads and judges, and refuses what a Proxmox VE node would not say.
//
//   {"migrate":{"addr":"/run/qemu-server/100.migrate","proto":"unix","unix_sockets":["/run/qemu-server/100_nbd.migrate"]},
//    "drives":{"scsi0":{"drivestr":"…","nbd_uri":"nbd:unix:/run/qemu-server/100_nbd.migrate:exportname=drive-scsi0"}},"spice_port":61000}
internal sealed partial class RemoteStart
{
    private const int MaxQuoted = 200;

    private RemoteStart(string migration, IReadOnlyList<string> sockets, IReadOnlyList<QmStartDrive> drives, int? spicePort)
        => (Migration, Sockets, Drives, SpicePort) = (migration, sockets, drives, spicePort);

    public string Migration { get; }

    // the migration's own among them, none twice
    public IReadOnlyList<string> Sockets { get; }

    // where they listen over there
    public IReadOnlyList<QmStartDrive> Drives { get; }

    public int? SpicePort { get; }

    public static RemoteStart Read(JsonElement answer, string directory, int vmId, string[] secrets)
    {
        JsonElement migrate = Member(answer, "migrate", JsonValueKind.Object) ?? throw Refused("it does not say where the migration listens");
        string proto = Text(migrate, "proto") ?? "nothing";
        if (proto != "unix")
        {
            throw Refused($"the migration listens on {Quoted(proto, secrets)}, and only a unix socket is led through the tunnel");
        }

        string migration = Judged(Text(migrate, "addr") ?? "", directory, vmId, secrets);
        var sockets = new List<string> { migration };
        foreach (JsonElement socket in Member(migrate, "unix_sockets", JsonValueKind.Array)?.EnumerateArray() ?? default)
        {
            string path = Judged(socket.ValueKind == JsonValueKind.String ? socket.GetString()! : "", directory, vmId, secrets);
            if (!sockets.Contains(path))
            {
                sockets.Add(path);
            }
        }

        var drives = new List<QmStartDrive>();
        foreach (JsonProperty drive in Member(answer, "drives", JsonValueKind.Object)?.EnumerateObject() ?? default)
        {
            drives.Add(Drive(drive, sockets, secrets));
        }

        long? port = answer.TryGetProperty("spice_port", out JsonElement spice) ? WireValue.Number(spice) : null;
        return new RemoteStart(migration, sockets, drives, port is >= 1 and <= 65535 ? (int)port : null);
    }

    private static QmStartDrive Drive(JsonProperty drive, List<string> sockets, string[] secrets)
    {
        Match uri = NbdUri().Match(Text(drive.Value, "nbd_uri") ?? "");
        if (!uri.Success || !sockets.Contains(uri.Groups["path"].Value) || Text(drive.Value, "drivestr") is not { } volume)
        {
            throw Refused($"the disk {Quoted(drive.Name, secrets)} is not at a socket that it handed out");
        }

        return new QmStartDrive(drive.Name, uri.Groups["export"].Value, QmListenAddress.Unix(uri.Groups["path"].Value), volume);
    }

    private static string Judged(string path, string directory, int vmId, string[] secrets) => PveNames.IsMigrationSocket(path, directory, vmId)
        ? path
        : throw Refused($"{Quoted(path, secrets)} is refused: only {directory}/{PveNames.Text(vmId)}*.migrate is taken from it");

    private static JsonElement? Member(JsonElement from, string name, JsonValueKind kind) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind ? value : null;

    private static string? Text(JsonElement from, string name) => Member(from, name, JsonValueKind.String)?.GetString();

    private static string Quoted(string text, string[] secrets) => $"'{WireText.ToSingleLine(SecretMask.Apply(text, secrets), MaxQuoted)}'";

    private static MigrationTargetException Refused(string why) =>
        new($"The answer to 'start' cannot be used: {why}.", "See that a Proxmox VE node of the expected kind answers there.");

    [GeneratedRegex(@"^nbd:unix:(?<path>/[^\s:]+):exportname=(?<export>drive-[A-Za-z0-9_-]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex NbdUri();
}
