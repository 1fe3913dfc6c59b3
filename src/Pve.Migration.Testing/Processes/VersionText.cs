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

        var number = text[(at + Before.Length)..];
        var length = number.AsSpan().IndexOfAnyExcept("0123456789.");
        return Version.TryParse(number.AsSpan(0, length < 0 ? number.Length : length), out var version) ? version : null;
    }
}
