using Pve.Migration;

namespace LiveMigration;

/// <summary>What was found before anything was touched.</summary>
internal sealed record FindingRow(string Id, string Severity, string Text, string? Remedy)
{
    public static FindingRow Of(PreflightFinding finding) => new(finding.Id, finding.Severity.ToString(), finding.Text, finding.Remedy);
}
