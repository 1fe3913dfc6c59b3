namespace Pve.Migration.Engine.Preflight;

/// <summary>Collects what the checks find, in their order.</summary>
internal sealed class Findings
{
    private readonly List<PreflightFinding> _all = [];

    public IReadOnlyList<PreflightFinding> All => _all;

    public void Error(string id, string text, string? remedy = null) => _all.Add(new PreflightFinding(id, PreflightSeverity.Error, text, remedy));

    public void Warn(string id, string text, string? remedy = null) => _all.Add(new PreflightFinding(id, PreflightSeverity.Warning, text, remedy));

    public void Inform(string id, string text) => _all.Add(new PreflightFinding(id, PreflightSeverity.Information, text));

    /// <summary>Refuses what is certain, and warns of what only seems so.</summary>
    public void Doubt(bool isCertain, string id, string text, string? remedy = null)
        => _all.Add(new PreflightFinding(id, isCertain ? PreflightSeverity.Error : PreflightSeverity.Warning, text, remedy));

    /// <exception cref="MigrationFailedException">There is an error; all of them are told.</exception>
    public void ThrowIfAnyError()
    {
        var errors = _all.Where(finding => finding.Severity == PreflightSeverity.Error).ToList();
        if (errors.Count > 0)
        {
            var remedies = errors.Select(error => error.Remedy).OfType<string>().Distinct().ToList();
            throw new MigrationFailedException(
                string.Join(' ', errors.Select(error => error.Text)), remedies.Count > 0 ? string.Join(' ', remedies) : null);
        }
    }
}
