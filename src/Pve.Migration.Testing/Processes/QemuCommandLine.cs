using System.Globalization;

namespace Pve.Migration.Testing.Processes;

/// <summary>Options to arguments.</summary>
internal static class QemuCommandLine
{
    // Before 9.0, under TCG, a RAM block of a multiple of 64 pages is migrated with stores missing: its dirty bits are cleared in
    // bulk, and the vCPU's TLB is not told to set them again. Two pages more keep QEMU off that path, on both ends alike.
    private const int OddKiB = 8;

    public static List<string> Build(QemuProcessOptions options, QemuSockets sockets)
    {
        List<string> arguments =
        [
            "-nodefaults", "-no-user-config", "-display", "none",
            "-accel", "tcg",
            "-machine", options.Machine,
            "-m", string.Create(CultureInfo.InvariantCulture, $"{(options.MemoryMiB * 1024L) + OddKiB}k"),

            // a guest that crashes ends its QEMU, where it would begin to tick anew
            "-no-reboot",
            .. Monitor("qmp", $"path={Escape(sockets.Qmp)},server=on,wait=off"),
            .. Monitor("watch", $"path={Escape(sockets.Watch)},server=on,wait=off"),
            .. Monitor("start", $"path={Escape(sockets.Start)}"),
            "-chardev", $"file,id=serial,path={Escape(sockets.Serial)}", "-serial", "chardev:serial",
        ];
        AddIf(options.Name is not null, "-name", Escape(options.Name ?? ""));
        AddIf(options.BootImage is not null, "-boot", "order=a");
        AddIf(options.BootImage is not null, "-drive", $"if=floppy,format=raw,readonly=on,file={Escape(Path.GetFullPath(options.BootImage ?? "."))}");
        AddIf(options.Incoming, "-incoming", "defer");
        AddIf(options.Paused, "-S");
        arguments.AddRange(options.ExtraArguments);
        return arguments;

        void AddIf(bool condition, params ReadOnlySpan<string> more)
        {
            if (condition)
            {
                arguments.AddRange(more);
            }
        }
    }

    private static string[] Monitor(string id, string socket) =>
        ["-chardev", $"socket,id={id},{socket}", "-mon", $"chardev={id},mode=control"];

    // QEMU's lists are separated by commas, a comma in a value is doubled
    private static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);
}
