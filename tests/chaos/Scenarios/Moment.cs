using System.Globalization;
using Pve.Migration;

namespace Pve.Chaos.Scenarios;

/// <summary>The moments that a fault can strike at: most are the journal's entries, which a migration makes as it goes.</summary>
internal static class Moment
{
    /// <summary>That the guest is to be resumed is noted as soon as it has stopped for it.</summary>
    public const string Stop = "stop";

    /// <summary>The target is told to resume.</summary>
    public const string Resume = "resume";
    public const string Resumed = "resumed";

    /// <summary>There is no tunnel yet.</summary>
    public const string OpenTarget = "open target";

    /// <summary>The guest is paused, and nothing happens until it is told to; no entry is waited for there, so that a hook tells it.</summary>
    public const string PreSwitchover = "pre-switchover";

    /// <summary>Not of a guest that goes ahead of its RAM.</summary>
    public const string LastPass = "last RAM and devices (QEMU)";

    /// <summary>Every moment, in order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        OpenTarget, "check source", "check target", "set capabilities", "start incoming", "prepare ownership", "make target ready", "copy RAM",
        Stop, LastPass, "hand over ownership", Resume, Resumed,
    ];

    /// <summary>Those of a migration with disks besides.</summary>
    public static IReadOnlyList<string> WithDisks { get; } = ["export disks", "mirror disks", "finish mirrors", "stop exports", "switch over"];

    /// <summary>The moment at which a recovery has added so many entries.</summary>
    public static string OfRecovery(int entries) => entries == 0 ? "reading" : string.Create(CultureInfo.InvariantCulture, $"entry {entries}");

    /// <summary>The moment that an entry is; null where it is none.</summary>
    public static string? Of(JournalEntry entry) => entry switch
    {
        { Mark: JournalMark.Intends, Step: Resume } => Stop,
        { Mark: JournalMark.Intends } => entry.Step,
        { Mark: JournalMark.Done, Step: Resume } => Resumed,
        { Mark: JournalMark.Done, Step: LastPass } => LastPass,
        _ => null,
    };
}
