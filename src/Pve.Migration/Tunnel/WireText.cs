using System.Text;

namespace Pve.Migration.Tunnel;

// Text that crosses the border between the wire and a human, in both directions.
internal static class WireText
{
    private const int MaxQuoted = 200;
    private const int MaxMessage = 4096;
    private const string Ticket = "PVETUNNEL:";

    // for logs and exceptions: bounded, no control character survives, and no ticket to a socket
    public static string Quote(ReadOnlySpan<byte> line, string? secret = null)
    {
        // masked before it is cut, so that no half of a secret is left
        string text = WithoutTickets(Encoding.UTF8.GetString(line[..Math.Min(line.Length, MaxMessage)]));
        text = string.IsNullOrEmpty(secret) ? text : text.Replace(secret, "***", StringComparison.Ordinal);
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

    // Proxmox VE's tickets name what they are, and hold neither spaces nor quotation marks.
    public static string WithoutTickets(string text)
    {
        for (int at = 0; (at = text.IndexOf(Ticket, at, StringComparison.Ordinal)) >= 0;)
        {
            at += Ticket.Length;
            int length = text.AsSpan(at).IndexOfAny('"', '\'', ' ');
            text = string.Concat(text.AsSpan(0, at), "***", length < 0 ? "" : text.AsSpan(at + length));
        }

        return text;
    }

    // A message with a line break in it would leave stray lines that a naive peer takes for its next reply.
    public static string ToSingleLine(string message, int maxLength = MaxMessage)
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

        string text = line.ToString().Trim();
        return text.Length == 0 ? "no reason given" : text;
    }
}
