using System.Globalization;
using System.Text.RegularExpressions;

namespace Mtunnel.Hosting;

/// <summary>
/// How a QEMU is started here: the program, then its arguments, one a line; lines that begin with # are comments. The administrator writes
/// it, and only we fill its placeholders in: no word of a peer's becomes part of a command line.
/// </summary>
internal sealed partial class QemuTemplate
{
    private const string Placeholders = "{vmid}, {qmp}, {run-dir} and {disk:NAME}";

    private readonly string[] _lines;

    private QemuTemplate(string[] lines, string[] drives) => (_lines, Drives) = (lines, drives);

    /// <summary>The names within its <c>{disk:NAME}</c>, none twice.</summary>
    public IReadOnlyList<string> Drives { get; }

    /// <exception cref="FormatException">It is no template; the message says what is wrong, and where.</exception>
    public static QemuTemplate Read(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message, e);
        }
    }

    /// <exception cref="FormatException">As for <see cref="Read"/>.</exception>
    public static QemuTemplate Parse(string text)
    {
        var lines = new List<string>();
        var drives = new List<string>();
        var hasPlaceholder = false;
        foreach (var (number, line) in text.ReplaceLineEndings("\n").Split('\n').Index().Select(line => (line.Index + 1, line.Item.Trim())))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (WhyNot(line, isProgram: lines.Count == 0) is { } wrong)
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {number}: {wrong}"));
            }

            hasPlaceholder |= Placeholder().IsMatch(line);
            drives.AddRange(Placeholder().Matches(line).Select(match => match.Groups["drive"].Value).Where(name => name.Length > 0 && !drives.Contains(name)));
            lines.Add(line);
        }

        return lines.Count == 0 ? throw new FormatException("it names no program")
            : hasPlaceholder ? new QemuTemplate([.. lines], [.. drives.Distinct()])
            : throw new FormatException($"it has none of {Placeholders}: two VMs would be started with the same disks");
    }

    /// <summary>The program and its arguments for one VM.</summary>
    /// <param name="paths">Its files.</param>
    /// <param name="disks">The path for each of <see cref="Drives"/>.</param>
    public IReadOnlyList<string> Fill(GuestPaths paths, IReadOnlyDictionary<string, string> disks)
    {
        var vmid = paths.Vmid.ToString(CultureInfo.InvariantCulture);
        var line = _lines.Select(text => Placeholder().Replace(text, match => match.Groups["name"].Value switch
        {
            "vmid" => vmid,
            "qmp" => paths.Monitor,
            "run-dir" => paths.RunFolder,
            _ => disks[match.Groups["drive"].Value],
        })).ToList();
        if (!Has("-name"))
        {
            line.AddRange(["-name", $"vm-{vmid}"]);
        }

        if (!_lines.Any(text => text.Contains("{qmp}", StringComparison.Ordinal)))
        {
            line.AddRange(["-qmp", $"unix:{paths.Monitor},server=on,wait=off"]);
        }

        // it connects to us: so there is nothing to poll, and its end is seen
        line.AddRange(["-chardev", $"socket,id=mtunnel-start,path={paths.Start}", "-mon", "chardev=mtunnel-start,mode=control"]);
        line.AddRange(["-S", "-incoming", "defer"]);
        return line;
    }

    private bool Has(string option) => _lines.Any(text => OptionOf(text) == option);

    private static string? WhyNot(string line, bool isProgram)
    {
        if (isProgram)
        {
            return line[0] == '-' ? $"'{line}' is an option; the program comes first" : null;
        }

        if (LooksLikeOne().Matches(line).FirstOrDefault(match => !Placeholder().IsMatch(match.Value)) is { } stranger)
        {
            return $"{stranger.Value} is no placeholder; there are {Placeholders}, where NAME is a disk such as scsi0";
        }

        return OptionOf(line) switch
        {
            "-incoming" or "-S" or "-daemonize" or "-loadvm" or "-preconfig" => $"leave {line} out: it is we who make QEMU wait for the guest",
            ['-', ..] when line.Contains(' ', StringComparison.Ordinal) => $"'{line}' is more than one argument; write one a line",
            _ => null,
        };
    }

    // QEMU takes two dashes as well
    private static string? OptionOf(string line)
        => line.StartsWith('-') ? $"-{line.TrimStart('-').Split(' ')[0]}" : null;

    [GeneratedRegex(@"\{(?<name>vmid|qmp|run-dir|disk:(?<drive>(?:ide|sata|scsi|virtio|efidisk|tpmstate)[0-9]{1,2}))\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    // and no JSON, whose objects begin with a quote
    [GeneratedRegex(@"\{[A-Za-z][^{}""]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeOne();
}
