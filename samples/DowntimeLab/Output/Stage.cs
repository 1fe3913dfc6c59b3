using DowntimeLab.Method;

namespace DowntimeLab.Output;

/// <summary>A stretch of a migration's time.</summary>
/// <param name="Name">What went on.</param>
/// <param name="Kind">How it is drawn.</param>
/// <param name="FromMs">Its beginning.</param>
/// <param name="ToMs">Its end.</param>
internal sealed record Stage(string Name, string Kind, double FromMs, double ToMs)
{
    /// <summary>What lies between the marks. A stretch that QEMU did not name, such as a device state without <c>device</c>, goes with the one before.</summary>
    public static IReadOnlyList<Stage> Of(IReadOnlyList<Mark> marks)
    {
        var stages = new List<Stage>();
        var stopped = false;
        var loaded = false;
        foreach (var (mark, next) in marks.Zip(marks.Skip(1)))
        {
            stopped |= mark.Name == "stop";
            loaded |= mark.Name is "loaded";
            var stage = (mark.Name, stopped, loaded) switch
            {
                (_, _, true) => new Stage("loaded, not resumed", "waits", mark.AtMs, next.AtMs),
                ("pre-switchover", _, _) => new Stage("pre-switchover", "pre", mark.AtMs, next.AtMs),
                ("device", _, _) => new Stage("device", "last", mark.AtMs, next.AtMs),
                ("completed", _, _) => new Stage("sent, target loads", "last", mark.AtMs, next.AtMs),
                (_, true, _) => new Stage("last RAM and devices", "last", mark.AtMs, next.AtMs),
                ("setup", _, _) => new Stage("setup", "setup", mark.AtMs, next.AtMs),
                _ when mark.Name.StartsWith("pass", StringComparison.Ordinal) => new Stage($"RAM, {mark.Name}", Pass(mark.Name), mark.AtMs, next.AtMs),
                _ when stages is [.., var before] => before with { FromMs = mark.AtMs, ToMs = next.AtMs },
                _ => new Stage(mark.Name, "setup", mark.AtMs, next.AtMs),
            };
            if (mark.Name == "resume")
            {
                break;
            }

            stages.Add(stage);
        }

        return stages;
    }

    private static string Pass(string name) => name[^1] % 2 == 1 ? "odd" : "even";
}
