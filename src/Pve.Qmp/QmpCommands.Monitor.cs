using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <content>The monitor itself: version, commands, files handed over, HMP, and the way out of a hang.</content>
public static partial class QmpCommands
{
    /// <summary><c>query-version</c>: QEMU's version.</summary>
    public static QmpCommand<QmpNothing, QmpVersionInfo> QueryVersion
        => field ??= Query("query-version", MonitorJson.Default.QmpVersionInfo);

    /// <summary><c>query-commands</c>: the commands that this QEMU has.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<CommandInfo>> QueryCommands
        => field ??= Query("query-commands", MonitorJson.Default.IReadOnlyListCommandInfo);

    /// <summary><c>human-monitor-command</c>: text in, text out; neither is a stable interface.</summary>
    public static QmpCommand<MonitorCommand, string> HumanMonitorCommand
        => field ??= Command("human-monitor-command", MonitorJson.Default.MonitorCommand, MonitorJson.Default.String);

    /// <summary><c>query-yank</c>: what can be cut off.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<YankInstance>> QueryYank
        => field ??= Query("query-yank", MonitorJson.Default.IReadOnlyListYankInstance) with { AllowOutOfBand = true };

    /// <summary><c>yank</c>: cuts connections off without waiting for them, even while QEMU's lock is held.</summary>
    public static QmpCommand<YankArguments, QmpNothing> Yank
        => field ??= Command("yank", MonitorJson.Default.YankArguments) with { AllowOutOfBand = true };

    /// <summary><c>getfd</c>: names an open file that goes with the command.</summary>
    public static QmpCommand<FdName, QmpNothing> GetFd => field ??= Command("getfd", MonitorJson.Default.FdName);

    /// <summary><c>closefd</c>: closes a named file.</summary>
    public static QmpCommand<FdName, QmpNothing> CloseFd => field ??= Command("closefd", MonitorJson.Default.FdName);

    /// <summary><c>add-fd</c>: puts an open file that goes with the command into a set.</summary>
    public static QmpCommand<AddFd, AddFdInfo> AddFd
        => field ??= Command("add-fd", MonitorJson.Default.AddFd, MonitorJson.Default.AddFdInfo);

    /// <summary><c>remove-fd</c>: takes a file out of a set.</summary>
    public static QmpCommand<RemoveFd, QmpNothing> RemoveFd => field ??= Command("remove-fd", MonitorJson.Default.RemoveFd);

    /// <summary><c>query-fdsets</c>: the sets of open files.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<FdsetInfo>> QueryFdsets
        => field ??= Query("query-fdsets", MonitorJson.Default.IReadOnlyListFdsetInfo);
}
