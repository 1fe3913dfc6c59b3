using System.Globalization;
using System.Text.RegularExpressions;

namespace Pve.Migration.Proxmox;

// What may become part of a path or of a command line, in one pure place.
internal static partial class PveNames
{
    // A host name's label: no path, no option.
    public static void ThrowIfNoNode(string node, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(node, name);
        if (!Node().IsMatch(node))
        {
            throw new ArgumentException($"{name} '{node}' is no name of a node: letters, digits and '-' make one, at most 63", name);
        }
    }

    public static void ThrowIfNoVmId(int vmId)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vmId, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vmId, 999_999_999);
    }

    public static string Text(int vmId) => vmId.ToString(CultureInfo.InvariantCulture);

    public static void ThrowIfNoStorage(string storage, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(storage, name);
        if (!Storage().IsMatch(storage))
        {
            throw new ArgumentException($"{name} '{storage}' is no name of a storage: a letter, then letters, digits, '-', '_' and '.'", name);
        }
    }

    public static void ThrowIfNoBridge(string bridge, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(bridge, name);
        if (!Bridge().IsMatch(bridge))
        {
            throw new ArgumentException($"{name} '{bridge}' is no name of a bridge: letters, digits, '-', '_' and '.' make one", name);
        }
    }

    public static void ThrowIfNoDrive(string drive, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(drive, name);
        if (!Drive().IsMatch(drive))
        {
            throw new ArgumentException($"{name} '{drive}' is no disk of a VM: such as scsi0, virtio1, efidisk0", name);
        }
    }

    // A value behind an option: getopt would take one that begins with '-' for the next.
    public static void ThrowIfNoValue(string? value, string name)
    {
        if (value is not null && (value.Length == 0 || value[0] == '-' || value.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            throw new ArgumentException($"{name} must begin with another sign than '-' and hold neither spaces nor control characters", name);
        }
    }

    // A value on a line of its own. What it is does not become part of the message: it may be a ticket.
    public static void ThrowIfNoLine(string? value, string name)
    {
        if (value is not null && (value.Length == 0 || value.Any(char.IsControl)))
        {
            throw new ArgumentException($"{name} must be a line", name);
        }
    }

    // Directly in the directory, one VM's own, and nothing that climbs out of it.
    public static bool IsMigrationSocket(string path, string directory, int vmId)
        => path.StartsWith(directory + "/", StringComparison.Ordinal)
            && SocketName().Match(path, directory.Length + 1, path.Length - directory.Length - 1) is { Success: true } name
            && name.Groups["vm"].Value == Text(vmId);

    // Where a tunnel's own socket is; any VM's, since the node knows which one it made.
    public static bool IsTunnelSocket(string path, string directory)
        => path.StartsWith(directory + "/", StringComparison.Ordinal) && TunnelName().IsMatch(path.AsSpan(directory.Length + 1));

    public static void ThrowIfNoDirectory(string directory, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory, name);
        if (directory[0] != '/' || directory.EndsWith('/') || directory.Split('/').Contains(".."))
        {
            throw new ArgumentException($"{name} '{directory}' must be absolute, without '..' and without a '/' at its end", name);
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Node();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Storage();

    [GeneratedRegex(@"^[A-Za-z0-9._-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Bridge();

    [GeneratedRegex(@"^(?:ide|sata|scsi|virtio|efidisk|tpmstate)[0-9]{1,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Drive();

    [GeneratedRegex(@"^[0-9]+\.mtunnel\z", RegexOptions.CultureInvariant)]
    private static partial Regex TunnelName();

    [GeneratedRegex(@"^(?<vm>[0-9]+)(?:[_-][A-Za-z0-9_-]+)?\.migrate\z", RegexOptions.CultureInvariant)]
    private static partial Regex SocketName();
}
