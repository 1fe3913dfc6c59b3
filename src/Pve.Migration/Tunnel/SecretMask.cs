using System.Text.RegularExpressions;

namespace Pve.Migration.Tunnel;

// What may open something is not told, by its look: whatever a peer sends may land in a log.
internal static partial class SecretMask
{
    private const string Mask = "***";

    // To be applied to the whole of a text, before it is cut: half a secret is no longer known for one.
    public static string Apply(string text, string? secret = null)
    {
        text = string.IsNullOrEmpty(secret) ? text : text.Replace(secret, Mask, StringComparison.Ordinal);
        text = Member().Replace(text, $"$1{Mask}$2");
        text = Ticket().Replace(text, $"$1{Mask}");
        return Assignment().Replace(text, $"$1{Mask}");
    }

    // "ticket":"…" in JSON, cut off or not
    [GeneratedRegex("""("[^"\\]*(?:ticket|password|passwd|token|secret)[^"\\]*"\s*:\s*")(?:[^"\\]|\\.)*("?)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Member();

    // Proxmox VE's tickets say what they are: PVE:USER:…, PVETUNNEL:…, PVEVNC:…
    [GeneratedRegex("""\b(PVE[A-Z]*:)[^\s"'&]+""", RegexOptions.CultureInvariant)]
    private static partial Regex Ticket();

    // ticket=… in an address or a header, spice_ticket: … as qm start reads it, PVEAPIToken=USER!NAME=SECRET
    [GeneratedRegex("""((?:ticket|password|passwd|token|secret)\s*=\s*|\bspice_ticket:\s*)[^\s"'&,;]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();
}
