namespace Pve.Migration;

/// <summary>What was found before a migration.</summary>
/// <param name="Id">What was looked at, for programs: such as <c>machine</c>, <c>disk-size</c>. It does not change from release to release.</param>
/// <param name="Severity">What it means for the migration.</param>
/// <param name="Text">What it is, and where.</param>
/// <param name="Remedy">What to do about it; null where the text says all.</param>
public sealed record PreflightFinding(string Id, PreflightSeverity Severity, string Text, string? Remedy = null)
{
    /// <summary>All of it in one line.</summary>
    public override string ToString() => Remedy is null ? $"{Severity} {Id}: {Text}" : $"{Severity} {Id}: {Text} {Remedy}";
}
