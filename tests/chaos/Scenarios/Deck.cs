namespace Pve.Chaos.Scenarios;

/// <summary>Every combination of party, fault and moment, with and without disks, in an order that the seed decides.</summary>
internal static class Deck
{
    private const int LongestDelayMs = 12;

    // Below, around and beyond the orchestrator's own deadlines.
    private static readonly int[] LastingMs = [30, 300, 1500, 5000];

    /// <summary>How many combinations there are; a longer run goes round again, with other delays.</summary>
    public static int Size { get; } = Combinations().Count;

    /// <summary>The scenarios of a seed, without an end.</summary>
    public static IEnumerable<Scenario> Deal(int seed)
    {
        for (var round = 0; ; round++)
        {
            var random = new Random(HashCode(seed, round));
            var combinations = Combinations().ToArray();
            random.Shuffle(combinations);
            foreach (var (party, fault, step, disks, index) in combinations.Select((combination, index) => (combination.Party, combination.Fault, combination.Step, combination.Disks, index)))
            {
                var delay = random.Next(2) == 0 ? default(TimeSpan?) : TimeSpan.FromMilliseconds(random.Next(1, LongestDelayMs));
                var lasting = TimeSpan.FromMilliseconds(LastingMs[random.Next(LastingMs.Length)]);
                yield return new Scenario(round * Size + index, party, fault, step, PickWay(random, party, fault, disks), disks, delay, lasting);
            }
        }
    }

    private static List<(Party Party, Fault Fault, string Step, int Disks)> Combinations() =>
    [
        .. from party in Enum.GetValues<Party>()
           from fault in Enum.GetValues<Fault>()
           from disks in (int[])[0, 1]
           from step in disks == 0 ? Moment.All : Moment.All.Concat(Moment.WithDisks)
           select (party, fault, step, disks),
    ];

    // Disks are offered over the monitor, which has to be in reach then.
    private static Way PickWay(Random random, Party party, Fault fault, int disks)
    {
        Way[] ways = party switch
        {
            Party.Ssh or Party.Mtunnel => [Way.TunnelAndMonitor, Way.Tunnel],
            Party.Orchestrator when fault == Fault.Cut => [Way.Monitor, Way.TunnelAndMonitor],
            _ => [Way.Monitor, Way.TunnelAndMonitor, Way.Tunnel],
        };
        return random.GetItems([.. ways.Where(way => disks == 0 || way != Way.Tunnel)], 1)[0];
    }

    // Not HashCode.Combine, which differs from process to process.
    private static int HashCode(int seed, int round) => unchecked((seed * 486187739) + round);
}
