using System.Text;

namespace Pve.Migration.Tunnel;

// Text that crosses the border between the wire and a human, in both directions.
internal static class WireText
{
    private const int MaxQuoted = 200;
    private const int MaxMessage = 4096;
    private const int MaxName = 100;

    // for logs and exceptions: bounded, no control character survives, and no secret
    public static string Quote(ReadOnlySpan<byte> line, params ReadOnlySpan<string?> secrets)
    {
        // masked before it is cut, so that no half of a secret is left
        string text = SecretMask.Apply(Encoding.UTF8.GetString(line), secrets);
        bool cut = text.Length > MaxQuoted;
        text = cut ? text[..MaxQuoted] : text;
        var quoted = new StringBuilder(text.Length + 8).Append('\'');
        foreach (char c in text)
        {
            if (char.IsControl(c))
            {
                quoted.Append("\\x").Append(((int)c).ToString("x2", null));
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.Append(cut ? "…'" : "'").ToString();
    }

    // A message with a line break in it would leave stray lines that a naive peer takes for its next reply.
    public static string ToSingleLine(string message, int maxLength = MaxMessage) =>
        Flatten(message, maxLength) is { Length: > 0 } text ? text : "no reason given";

    // A name that a peer made up, which may be none at all.
    public static string ToName(string name) => Flatten(name, MaxName);

    private static string Flatten(string message, int maxLength)
    {
        var line = new StringBuilder(Math.Min(message.Length, maxLength));
        foreach (char c in message)
        {
            bool gap = char.IsControl(c) || c is '\u2028' or '\u2029';
            if (!gap)
            {
                line.Append(c);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }

            if (line.Length >= maxLength)
            {
                break;
            }
        }

        return line.ToString().Trim();
    }
}
