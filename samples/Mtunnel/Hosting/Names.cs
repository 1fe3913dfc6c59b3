using System.Text.RegularExpressions;

namespace Mtunnel.Hosting;

/// <summary>What a peer may name: judged here, in one pure place, before anything is done with it.</summary>
internal static partial class Names
{
    public static bool IsDrive(string text) => Drive().IsMatch(text);

    public static bool IsStorage(string text) => text.Length <= 100 && Storage().IsMatch(text);

    // Proxmox VE's, of which vmdk is for others to make
    public static bool IsFormat(string text) => text is "raw" or "qcow2";

    [GeneratedRegex(@"^(?:ide|sata|scsi|virtio|efidisk|tpmstate)[0-9]{1,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Drive();

    // no path: neither a slash, nor a point at its beginning or end
    [GeneratedRegex(@"^[A-Za-z](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Storage();
}
