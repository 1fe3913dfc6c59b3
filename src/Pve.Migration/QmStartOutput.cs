using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Pve.Migration;

/// <summary>
/// What <c>qm start --migratedfrom</c> printed, line by line. Pure: nothing is looked up, and no path is judged.
/// Source: the lines that Proxmox VE's own source node reads.
/// </summary>
/// <remarks>
/// <code>
/// migration listens on unix:PATH | tcp:HOST:PORT | port N          HOST: localhost, IPv4, [IPv6]; "port N" is localhost
/// storage migration listens on nbd:unix:PATH:exportname=drive-X volume:DRIVESTR | nbd:HOST:PORT:exportname=drive-X volume:DRIVESTR
/// re-using replicated volume: X - VOLID
/// spice listens on port N
/// QEMU: TEXT
/// </code>
/// Lines end in LF or CR LF; all others are the node's log. What comes behind the last LF was cut off and says nothing.
/// </remarks>
public sealed partial class QmStartOutput
{
    private readonly List<QmStartDrive> _drives = [];
    private readonly List<PveDriveVolume> _reused = [];
    private readonly List<string> _qemu = [];
    private readonly List<string> _log = [];
    private readonly List<string> _unreadable = [];

    private QmStartOutput()
    {
    }

    /// <summary>Where the target's QEMU awaits the RAM; null where it was not said.</summary>
    public QmListenAddress? Migration { get; private set; }

    /// <summary>The disks that the target's NBD server takes.</summary>
    public IReadOnlyList<QmStartDrive> Drives => _drives;

    /// <summary>The replicated volumes that the target uses again.</summary>
    public IReadOnlyList<PveDriveVolume> ReusedVolumes => _reused;

    /// <summary>The target's SPICE port; null where it was not said.</summary>
    public int? SpicePort { get; private set; }

    /// <summary>What QEMU wrote, without <c>QEMU: </c>.</summary>
    public IReadOnlyList<string> QemuLines => _qemu;

    /// <summary>All other lines.</summary>
    public IReadOnlyList<string> LogLines => _log;

    /// <summary>Lines that begin as one that matters and go on as none, or contradict an earlier one: the peer speaks in a way we do not know.</summary>
    public IReadOnlyList<string> UnreadableLines => _unreadable;

    /// <summary>What came behind the last end of line; null where nothing did.</summary>
    public string? CutOff { get; private set; }

    /// <summary>Reads all of it.</summary>
    public static QmStartOutput Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var output = new QmStartOutput();
        var start = 0;
        for (int end; (end = text.IndexOf('\n', start)) >= 0; start = end + 1)
        {
            output.OnLine(text[start..(end > start && text[end - 1] == '\r' ? end - 1 : end)]);
        }

        output.CutOff = start < text.Length ? text[start..] : null;
        return output;
    }

    private void OnLine(string line)
    {
        var isRead = line switch
        {
            _ when line.StartsWith("migration listens on ", StringComparison.Ordinal) => TryReadMigration(line),
            _ when line.StartsWith("storage migration listens on ", StringComparison.Ordinal) => TryReadDrive(line),
            _ when line.StartsWith("re-using replicated volume: ", StringComparison.Ordinal) => TryReadReused(line),
            _ when line.StartsWith("spice listens on ", StringComparison.Ordinal) => TryReadSpice(line),
            _ => IsLog(line),
        };
        if (!isRead)
        {
            _unreadable.Add(line);
        }
    }

    private bool TryReadMigration(string line)
    {
        var match = MigrationLine().Match(line);
        if (!match.Success || ReadAddress(match) is not { } address || (Migration is not null && Migration != address))
        {
            return false;
        }

        Migration = address;
        return true;
    }

    private bool TryReadDrive(string line)
    {
        var match = StorageLine().Match(line);
        if (!match.Success || ReadAddress(match) is not { } address)
        {
            return false;
        }

        var drive = new QmStartDrive(match.Groups["drive"].Value, "drive-" + match.Groups["drive"].Value, address, match.Groups["volume"].Value);
        if (_drives.Find(known => known.Drive == drive.Drive) is { } known)
        {
            return known == drive;
        }

        _drives.Add(drive);
        return true;
    }

    private bool TryReadReused(string line)
    {
        var match = ReusedLine().Match(line);
        if (match.Success)
        {
            _reused.Add(new PveDriveVolume(match.Groups["drive"].Value, match.Groups["volume"].Value));
        }

        return match.Success;
    }

    private bool TryReadSpice(string line)
    {
        var match = SpiceLine().Match(line);
        if (!match.Success || ReadPort(match) is not { } port || (SpicePort is not null && SpicePort != port))
        {
            return false;
        }

        SpicePort = port;
        return true;
    }

    private bool IsLog(string line)
    {
        const string Qemu = "QEMU: ";
        if (line.StartsWith(Qemu, StringComparison.Ordinal))
        {
            _qemu.Add(line[Qemu.Length..]);
        }
        else
        {
            _log.Add(line);
        }

        return true;
    }

    private static QmListenAddress? ReadAddress(Match match)
    {
        if (match.Groups["path"] is { Success: true } path)
        {
            return QmListenAddress.Unix(path.Value);
        }

        if (ReadPort(match) is not { } port)
        {
            return null;
        }

        var host = match.Groups["host"] is { Success: true } named ? named.Value.Trim('[', ']') : "localhost";
        return host == "localhost" || IPAddress.TryParse(host, out _) ? QmListenAddress.Tcp(host, port) : null;
    }

    private static int? ReadPort(Match match)
        => int.TryParse(match.Groups["port"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : null;

    private const string Host = @"(?<host>localhost|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|\[[0-9a-fA-F:.]+\])";
    private const string Port = "(?<port>[0-9]{1,5})";

    [GeneratedRegex($@"^migration listens on (?:unix:(?<path>/\S+)|tcp:{Host}:{Port}|port {Port})\z", RegexOptions.CultureInvariant)]
    private static partial Regex MigrationLine();

    [GeneratedRegex(
        $@"^storage migration listens on nbd:(?:unix:(?<path>/[^\s:]+)|{Host}:{Port}):exportname=drive-(?<drive>[A-Za-z0-9_-]+) volume:(?<volume>\S+)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex StorageLine();

    [GeneratedRegex(@"^re-using replicated volume: (?<drive>\S+) - (?<volume>\S.*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex ReusedLine();

    [GeneratedRegex($@"^spice listens on port {Port}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SpiceLine();
}
