using System.Collections.Frozen;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The steps a state machine may take; an illegal one throws.</summary>
internal sealed class StateTable<T>(string name, params (T From, T[] To)[] steps)
    where T : notnull
{
    private readonly FrozenSet<(T, T)> _steps = steps.SelectMany(step => step.To.Select(to => (step.From, to))).ToFrozenSet();

    public void Require(T from, T to)
    {
        if (!_steps.Contains((from, to)))
        {
            throw new InvalidOperationException($"The simulated {name} cannot go from {from} to {to}.");
        }
    }
}
