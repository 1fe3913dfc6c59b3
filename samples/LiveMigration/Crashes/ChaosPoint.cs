using Pve.Migration;

namespace LiveMigration.Crashes;

/// <summary>A fault, and the step that it strikes at.</summary>
/// <param name="Step">The step, by its name in the ledger, or <see cref="Stop"/>.</param>
/// <param name="Fault">The fault.</param>
internal sealed record ChaosPoint(string Step, ChaosFault Fault)
{
    /// <summary>The target is told to let the guest run.</summary>
    public const string Resume = "resume";

    private const string Stop = "stop";

    private static readonly string[] OfDisks = ["export disks", "mirror disks", "finish mirrors", "stop exports", "switch over"];

    private static readonly string[] Steps =
    [
        "open target", "check source", "check target", "set capabilities", "start incoming", "prepare ownership", "make target ready", "copy RAM",
        Stop, "hand over ownership", Resume, .. OfDisks,
    ];

    private static readonly Dictionary<string, ChaosFault> Faults = new()
    {
        ["kill-source"] = ChaosFault.KillSource,
        ["kill-target"] = ChaosFault.KillTarget,
        ["freeze-source"] = ChaosFault.FreezeSource,
        ["freeze-target"] = ChaosFault.FreezeTarget,
        ["crash"] = ChaosFault.Crash,
    };

    /// <exception cref="FormatException">It is none.</exception>
    public static ChaosPoint Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var step = Steps.FirstOrDefault(step => colon > 0 && step.Replace(' ', '-').Equals(text[..colon], StringComparison.OrdinalIgnoreCase));
        return step is null || !Faults.TryGetValue(text[(colon + 1)..], out var fault)
            ? throw new FormatException(
                $"--chaos takes STEP:FAULT, not '{text}'; the steps are {string.Join(", ", Steps.Select(name => name.Replace(' ', '-')))}; the faults {string.Join(", ", Faults.Keys)}.")
            : new ChaosPoint(step, fault);
    }

    /// <summary>Whether only a migration with disks has the step.</summary>
    public static bool IsOfDisks(string step) => OfDisks.Contains(step);

    /// <summary>The step that may begin now, by an entry; null where it tells of none. That the guest is to be resumed is noted as soon as it has stopped.</summary>
    public static string? StepOf(JournalEntry entry) => entry.Mark != JournalMark.Intends ? null : entry.Step == Resume ? Stop : entry.Step;
}
