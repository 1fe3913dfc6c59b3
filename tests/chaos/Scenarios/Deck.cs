namespace Pve.Chaos.Scenarios;

/// <summary>Every combination of party, fault and moment, with and without disks, in an order that the seed decides; some are of a special kind.</summary>
internal static class Deck
{
    private const int LongestDelayMs = 12;
    private const int OneInSoManyIsSpecial = 5;
    private const int OneInSoManyHasItsRecoveryStruck = 8;
    private const int MostEntries = 3; // a recovery that lets the guest run on the target adds at least these

    // Below, around and beyond the orchestrator's own deadlines.
    private static readonly int[] LastingMs = [30, 300, 1500, 5000];

    // Within what a recovery does next to each other, and in the midst of its opening a tunnel.
    private static readonly int[] LaterMs = [1, 3, 8, 20, 60, 200, 700];

    /// <summary>The scenarios of a seed, without an end: after all combinations it goes round again, with other delays.</summary>
    public static IEnumerable<Scenario> Deal(int seed)
    {
        var number = 0;
        for (var round = 0; ; round++)
        {
            var random = new Random(HashCode(seed, round));
            var combinations = Combinations().ToArray();
            random.Shuffle(combinations);
            foreach (var (party, fault, step, disks) in combinations)
            {
                if (number % OneInSoManyHasItsRecoveryStruck == OneInSoManyHasItsRecoveryStruck - 1)
                {
                    yield return StruckTwice(random, number++);
                }

                var delay = random.Next(2) == 0 ? default(TimeSpan?) : TimeSpan.FromMilliseconds(random.Next(1, LongestDelayMs));
                var lasting = TimeSpan.FromMilliseconds(LastingMs[random.Next(LastingMs.Length)]);
                var kind = random.Next(OneInSoManyIsSpecial) == 0 ? random.GetItems(Kinds.Of(disks), 1)[0] : Kind.Plain;
                var moment = PickMoment(random, kind, step);
                var struck = moment == Moment.PreSwitchover && random.Next(2) == 0 ? Party.Orchestrator : party; // whom the watchdog looks after
                var way = PickWay(random, struck, fault, disks > 0 || kind.NeedsMonitor());
                yield return new Scenario(
                    number++, struck, fault, moment, way, disks, kind, moment == Moment.PreSwitchover ? null : delay, lasting);
            }
        }
    }

    // A plain migration whose orchestrator is killed, and then whoever recovers it.
    private static Scenario StruckTwice(Random random, int number)
    {
        var disks = random.Next(2);
        var step = random.GetItems([.. disks == 0 ? Moment.All : Moment.All.Concat(Moment.WithDisks)], 1)[0];
        var way = PickWay(random, Party.Orchestrator, Fault.Kill, disks > 0);
        var delay = random.Next(2) == 0 ? default(TimeSpan?) : TimeSpan.FromMilliseconds(random.Next(1, LongestDelayMs));
        var entry = random.Next(MostEntries + 1);
        var later = entry > 0 && random.Next(2) == 0 ? default(TimeSpan?) : TimeSpan.FromMilliseconds(LaterMs[random.Next(LaterMs.Length)]);
        return new Scenario(
            number, Party.Orchestrator, Fault.Kill, step, way, disks, Kind.Recovery, delay, Lasting: default, new SecondStrike(entry, later));
    }

    private static List<(Party Party, Fault Fault, string Step, int Disks)> Combinations() =>
    [
        .. from party in Enum.GetValues<Party>()
           from fault in Enum.GetValues<Fault>()
           from disks in (int[])[0, 1]
           from step in disks == 0 ? Moment.All : Moment.All.Concat(Moment.WithDisks)
           where step != Moment.OpenTarget || fault == Fault.Cut || party is not (Party.Ssh or Party.Mtunnel) // nobody is there to be struck
           select (party, fault, step, disks),
    ];

    private static string PickMoment(Random random, Kind kind, string step)
        => kind.Moments() is { Count: > 0 } own && (random.Next(2) == 0 || (kind == Kind.PostCopy && step == Moment.LastPass)) ? own[random.Next(own.Count)] : step;

    // Disks are offered over the monitor, which has to be in reach then.
    private static Way PickWay(Random random, Party party, Fault fault, bool needsMonitor)
    {
        Way[] ways = party switch
        {
            Party.Ssh or Party.Mtunnel => [Way.TunnelAndMonitor, Way.Tunnel],
            Party.Orchestrator when fault == Fault.Cut => [Way.Monitor, Way.TunnelAndMonitor],
            _ => [Way.Monitor, Way.TunnelAndMonitor, Way.Tunnel],
        };
        return random.GetItems([.. ways.Where(way => !needsMonitor || way != Way.Tunnel)], 1)[0];
    }

    // Not HashCode.Combine, which differs from process to process.
    private static int HashCode(int seed, int round) => unchecked((seed * 486187739) + round);
}
