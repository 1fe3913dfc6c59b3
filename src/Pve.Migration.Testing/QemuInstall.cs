using System.ComponentModel;
using System.Diagnostics;
using Pve.Migration.Testing.Processes;

namespace Pve.Migration.Testing;

/// <summary>A QEMU on this machine: where it is, its version and the machine types it knows.</summary>
public sealed class QemuInstall
{
    /// <summary>The binary looked for when none is named.</summary>
    public const string DefaultBinary = "qemu-system-x86_64";

    private readonly Dictionary<string, string> _aliases;
    private readonly List<string> _machines;

    private QemuInstall(string path, Version version, string machines)
    {
        Path = path;
        Version = version;
        (_machines, _aliases) = MachineHelp.Parse(machines);
    }

    /// <summary>The binary's path.</summary>
    public string Path { get; }

    /// <summary>Its version, such as 7.2.22.</summary>
    public Version Version { get; }

    /// <summary>The machine types it knows, as it lists them, without aliases.</summary>
    public IReadOnlyList<string> Machines => _machines;

    /// <summary>Finds a QEMU and asks it for its version.</summary>
    /// <param name="path">A path, or a name that PATH finds; null for <see cref="DefaultBinary"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The installation; null if there is none, or it can't be executed.</returns>
    public static async Task<QemuInstall?> FindAsync(string? path = null, CancellationToken cancellationToken = default)
    {
        if (SearchPath.Find(path ?? DefaultBinary) is not { } binary)
        {
            return null;
        }

        var version = VersionText.Parse(await AskAsync(binary, ["--version"], cancellationToken).ConfigureAwait(false));
        return version is null
            ? null
            : new QemuInstall(binary, version, await AskAsync(binary, ["-machine", "help"], cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The machine type that an alias such as <c>pc</c> stands for in this QEMU.</summary>
    public string ResolveMachine(string machine) => _aliases.GetValueOrDefault(machine, machine);

    /// <summary>The newest machine type of a family that both installations know, so that a guest can migrate between them.</summary>
    /// <param name="other">The other end's QEMU.</param>
    /// <param name="family">How the type's name begins.</param>
    /// <returns>The type; null if they share none.</returns>
    public string? SharedMachine(QemuInstall other, string family = "pc-i440fx-")
    {
        ArgumentNullException.ThrowIfNull(other);
        return MachineHelp.Newest(_machines.Intersect(other._machines), family);
    }

    private static async Task<string> AskAsync(string binary, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(binary, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var text = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await errors.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return text;
        }
        catch (Win32Exception)
        {
            return "";
        }
    }
}
