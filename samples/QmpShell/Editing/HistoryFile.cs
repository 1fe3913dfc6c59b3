using System.Text.RegularExpressions;

namespace QmpShell.Editing;

/// <summary>
/// The history between two shells: one line each, readable by its owner alone. Lines that may hold a secret are never written, nor are those
/// that begin with a space.
/// </summary>
internal sealed partial class HistoryFile(string path)
{
    private const int Kept = 1000;

    /// <summary>Where it is: <c>qmpshell/history</c> under XDG_STATE_HOME, or under <c>~/.local/state</c>.</summary>
    public static string DefaultPath
    {
        get
        {
            var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            return Path.Combine(
                Path.IsPathRooted(state) ? state : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
                "qmpshell", "history");
        }
    }

    /// <summary>Reads the lines that are kept; a file that has grown long is cut.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is somebody else's.</exception>
    public IReadOnlyList<string> Load()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        var lines = File.ReadAllLines(path);
        if (lines.Length <= 2 * Kept)
        {
            return lines;
        }

        lines = lines[^Kept..];
        var shorter = $"{path}.{Environment.ProcessId}";
        Write(shorter, FileMode.Create, lines);
        File.Move(shorter, path, overwrite: true);
        return lines;
    }

    /// <summary>Appends a line, unless it may hold a secret.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It is somebody else's.</exception>
    public void Append(string line)
    {
        if (!IsSecret(line))
        {
            Write(path, FileMode.Append, [line]);
        }
    }

    /// <summary>Whether a line may hold a secret, or is meant to be forgotten. In doubt it does: a forgotten line costs little.</summary>
    public static bool IsSecret(string line) => line is [' ', ..] || Secrets.IsMatch(line);

    private static void Write(string path, FileMode mode, IEnumerable<string> lines)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.AppendAllLines(path, lines);
            return;
        }

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, Owner | UnixFileMode.UserExecute);
        using var file = new FileStream(path, new FileStreamOptions { Mode = mode, Access = FileAccess.Write, UnixCreateMode = Owner });
        if (file.Length > 0)
        {
            File.SetUnixFileMode(file.SafeFileHandle, Owner); // it was there before us; never that of /dev/null, where a link may lead
        }

        using var writer = new StreamWriter(file);
        foreach (var line in lines)
        {
            writer.Write(line + "\n");
        }
    }

    // Passwords by name (set_password, change-vnc-password, password=…); secret objects carry theirs as data; a key, a cookie, a signature
    // or a user's password may be in an address; and keys sent to a guest may be what somebody types into its login.
    [GeneratedRegex("""passw|passphrase|pwd|secret|token|ticket|credential|authori[sz]ation|psk|cookie|key["']?[=:]|private|\bsig(nature)?=|-signature=|://[^/\s]*@|qom-set\b.*\b(raw)?data\b|send-?key|send-event|ringbuf-write|\bvnc\b""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secrets { get; }
}
