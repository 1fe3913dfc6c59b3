using System.Globalization;

namespace Pve.Chaos.Scenarios;

/// <summary>Which scenarios of a deck are played: so many from its top, so many of a kind, or one.</summary>
internal sealed record Selection(int? Number, Kind? Kind)
{
    /// <summary>Reads what was asked for; null where it is nothing of the sort.</summary>
    public static Selection? TryParse(string? only) => only switch
    {
        null => new Selection(null, null),
        _ when Kinds.ByName.TryGetValue(only, out var kind) => new Selection(null, kind),
        _ when int.TryParse(only, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => new Selection(number, null),
        _ => null,
    };

    public IEnumerable<Scenario> From(IEnumerable<Scenario> deck, int runs) => Number is { } number
        ? deck.Skip(number).Take(1)
        : deck.Where(scenario => Kind is null || scenario.Kind == Kind).Take(runs);
}
