namespace Pve.Chaos.Orchestration;

/// <summary>What an orchestrator tells at its end.</summary>
/// <param name="Outcome">The outcome's name.</param>
/// <param name="Text">All it says.</param>
/// <param name="Warnings">What fell short.</param>
internal sealed record Ending(string Outcome, string Text, IReadOnlyList<string> Warnings)
{
    public const string Migrated = "Migrated";
    public const string RolledBack = "RolledBack";
    public const string Unknown = "Unknown";
}
