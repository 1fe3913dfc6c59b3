using Pve.Chaos.Scenarios;

namespace Pve.Chaos.Verdict;

/// <summary>What one run came to.</summary>
/// <param name="Scenario">The run.</param>
/// <param name="Outcome">The last outcome that was told.</param>
/// <param name="Recoveries">How many recoveries it took.</param>
/// <param name="Violations">What must not be, and was.</param>
/// <param name="Took">How long it took.</param>
internal sealed record Result(Scenario Scenario, string Outcome, int Recoveries, IReadOnlyList<string> Violations, TimeSpan Took);
