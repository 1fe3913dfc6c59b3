namespace Pve.Migration.Testing.Processes;

/// <summary>Reads <c>--version</c>: "QEMU emulator version 7.2.22 (Debian ...)".</summary>
internal static class VersionText
{
    private const string Before = "version ";

    public static Version? Parse(string text)
    {
        var at = text.IndexOf(Before, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var number = text.Skip(at + Before.Length).TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.');
        return Version.TryParse(string.Concat(number), out var version) ? version : null;
    }
}
