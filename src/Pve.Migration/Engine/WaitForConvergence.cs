namespace Pve.Migration.Engine;

/// <summary>Leaves everything as it is.</summary>
internal sealed class WaitForConvergence : ConvergenceStrategy
{
    public override TimeSpan? RaiseDowntimeLimit(ConvergenceState state) => null;
}
