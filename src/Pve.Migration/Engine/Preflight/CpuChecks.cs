using System.Globalization;
using System.Text.Json;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Preflight;

/// <summary>Whether the guest's CPUs are the same on both sides: QEMU itself does not compare their models, and the guest would find out.</summary>
internal static class CpuChecks
{
    private const string Id = "cpu";

    public static async Task RunAsync(Comparison sides, CancellationToken cancellationToken)
    {
        if (await sides.AskAsync(Id, monitor => monitor.ExecuteAsync(QmpCommands.QueryCpusFast, cancellationToken: cancellationToken)).ConfigureAwait(false)
            is not var (ours, theirs))
        {
            return;
        }

        if (ours.Count != theirs.Count)
        {
            sides.Findings.Error(Id, $"The source has {ours.Count} CPUs, the target at {sides.Target.Name} has {theirs.Count}.", "Start the target with the same -smp.");
        }

        if (ours.Count > 0 && theirs.Count > 0)
        {
            await CompareModelsAsync(sides, ours[0].QomPath, theirs[0].QomPath, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task CompareModelsAsync(Comparison sides, string here, string there, CancellationToken cancellationToken)
    {
        Task<JsonElement> Get(QmpClient monitor, string property)
            => monitor.ExecuteAsync(QmpCommands.QomGet, new QomProperty(monitor == sides.Source ? here : there, property), cancellationToken: cancellationToken);

        if (await sides.AskAsync(Id, monitor => Get(monitor, "type")).ConfigureAwait(false) is not var (model, other))
        {
            return;
        }

        if (model.ToString() != other.ToString())
        {
            sides.Findings.Error(Id, $"The source's CPU is {model}, the target's at {sides.Target.Name} is {other}.", "Start the target with the same -cpu.");
        }
        else if (model.ToString().Contains("x86_64", StringComparison.Ordinal)
            && await sides.AskAsync(Id, monitor => Get(monitor, "feature-words")).ConfigureAwait(false) is var (has, offers)
            && Lacking(has, offers) is { Count: > 0 } lacking)
        {
            sides.Findings.Error(
                Id, $"The target's CPU at {sides.Target.Name} lacks features that the guest was given: {string.Join(", ", lacking)}.",
                "Take a CPU model that both hosts have; it is the guest's from its next start on.");
        }
    }

    // CPUID leaf, subleaf and register, with the bits that are on here and off there.
    private static List<string> Lacking(JsonElement has, JsonElement offers)
    {
        var there = Words(offers);
        return
        [
            .. Words(has).Where(word => (word.Value & ~there.GetValueOrDefault(word.Key)) != 0)
                .Select(word => string.Create(CultureInfo.InvariantCulture, $"{word.Key} {word.Value & ~there.GetValueOrDefault(word.Key):x8}")),
        ];
    }

    private static Dictionary<string, uint> Words(JsonElement words) => words.EnumerateArray().ToDictionary(
        word =>
        {
            var subleaf = word.TryGetProperty("cpuid-input-ecx", out var ecx) ? string.Create(CultureInfo.InvariantCulture, $".{ecx.GetInt64()}") : "";
            return string.Create(CultureInfo.InvariantCulture, $"CPUID {word.GetProperty("cpuid-input-eax").GetInt64():x}{subleaf}.{word.GetProperty("cpuid-register").GetString()}");
        },
        word => (uint)word.GetProperty("features").GetInt64());
}
