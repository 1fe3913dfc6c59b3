using Pve.Qmp;

namespace Pve.Migration.Engine.Preflight;

/// <summary>The same question to both QEMUs.</summary>
internal sealed class Comparison(QmpClient source, QmpClient target, Findings findings)
{
    public QmpClient Source => source;

    public QmpClient Target => target;

    public Findings Findings => findings;

    /// <summary>Asks both; what one of them refuses to say cannot be compared, which is told.</summary>
    /// <returns>Null where it cannot be compared.</returns>
    public async Task<(T Source, T Target)?> AskAsync<T>(string id, Func<QmpClient, Task<T>> ask)
    {
        try
        {
            return (await ask(source).ConfigureAwait(false), await ask(target).ConfigureAwait(false));
        }
        catch (QmpCommandException e)
        {
            findings.Inform(id, $"This could not be compared: {e.Message}");
            return null;
        }
    }
}
