using System.Globalization;
using System.Text.RegularExpressions;

namespace Pve.Migration.Tunnel;

// What may open something is not told, by its look: whatever a peer sends may land in a log.
internal static partial class SecretMask
{
    private const string Mask = "***";
    private const string Word = "(?:ticket|password|passwd|token|secret)";

    // names have a limit, or a long line of them would cost the square of its length
    private const string Name = """[^"\\]{0,64}""" + Word + """[^"\\]{0,64}""";

    // a stream may end in the middle of a secret; less of it than this tells nothing
    private const int ShortestHalf = 4;

    // To be applied to the whole of a text, before it is cut: half a secret is no longer known for one.
    public static string Apply(string text, params ReadOnlySpan<string?> secrets)
    {
        text = text.Contains('\\', StringComparison.Ordinal) ? Escape().Replace(text, Unescape) : text;
        foreach (string? secret in secrets)
        {
            text = string.IsNullOrEmpty(secret) ? text : Without(text, secret);
        }

        text = Member().Replace(text, $"$1{Mask}$2");
        text = Quoted().Replace(text, $"$1{Mask}");
        text = Number().Replace(text, $"$1{Mask}");
        text = Nested().Replace(text, $"$1{Mask}");
        text = Bare().Replace(text, $"$1{Mask}");
        text = Bearer().Replace(text, $"$1{Mask}");
        text = Ticket().Replace(text, $"$1{Mask}");
        return Assignment().Replace(text, $"$1{Mask}");
    }

    // The exception as an inner one, or null where its text, which cannot be masked, tells a secret.
    public static Exception? Tellable(Exception exception, params ReadOnlySpan<string?> secrets)
    {
        string text = exception.ToString();
        return Apply(text, secrets) == text ? exception : null;
    }

    // What of an Authorization header is secret: PVEAPIToken=USER!NAME=SECRET, Bearer SECRET
    public static string OfAuthorization(string header) => header.StartsWith("PVEAPIToken=", StringComparison.Ordinal)
        ? header[(header.LastIndexOf('=') + 1)..]
        : header[(header.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static string Without(string text, string secret)
    {
        text = text.Replace(secret, Mask, StringComparison.Ordinal).Replace(Uri.EscapeDataString(secret), Mask, StringComparison.Ordinal);
        for (int length = Math.Min(secret.Length - 1, text.Length); length >= ShortestHalf; length--)
        {
            if (text.AsSpan().EndsWith(secret.AsSpan(0, length)))
            {
                return $"{text[..^length]}{Mask}";
            }
        }

        return text;
    }

    private static string Unescape(Match escape)
    {
        if (!escape.Groups[1].Success)
        {
            return "/";
        }

        var character = (char)int.Parse(escape.Groups[1].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return character is '"' or '\\' or '\x7F' ? escape.Value : character.ToString();
    }

    // \u0065 and \/, as JSON may write any character, whether or not a further JSON text quotes it
    [GeneratedRegex(@"(?<!\\)(?>\\+)(?:u00([2-7][0-9a-f])|/)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Escape();

    // "ticket":"…" in JSON, cut off or not
    [GeneratedRegex($$"""("{{Name}}"\s*:\s*")(?:[^"\\]|\\.)*("?)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Member();

    // \"ticket\":\"…\": JSON that a JSON text quotes
    [GeneratedRegex($$"""(\\"{{Name}}\\"\s*:\s*\\")[^"\\]*""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    // "ticket":12345
    [GeneratedRegex($$"""("{{Name}}"\s*:\s*)-?[0-9][0-9.eE+-]*""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    // "ticket":["…", and whatever follows
    [GeneratedRegex($$"""("{{Name}}"\s*:\s*)[\[{].*""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Nested();

    // {ticket:…}, {'ticket':'…'}: nearly JSON
    [GeneratedRegex(
        $$"""([{,]\s{0,8}'?[^\s"'\\{},:]{0,64}{{Word}}[^\s"'\\{},:]{0,64}'?\s{0,8}:\s{0,8}'?)[^\s"'{},\[\]]+""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Bare();

    // Authorization: Bearer …
    [GeneratedRegex("""(\bbearer\s{1,8})[^\s"'&,;]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Bearer();

    // Proxmox VE's tickets say what they are: PVE:USER:…, PVETUNNEL:…, PVEVNC:…
    [GeneratedRegex("""\b(PVE[A-Z]*:)[^\s"'&]+""", RegexOptions.CultureInvariant)]
    private static partial Regex Ticket();

    // ticket=… in an address or a header, spice_ticket: … as qm start reads it, PVEAPIToken=USER!NAME=SECRET
    [GeneratedRegex($$"""({{Word}}\s*=\s*|\bspice_ticket:\s*)[^\s"'&,;]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();
}
