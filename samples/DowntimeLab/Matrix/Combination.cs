using Pve.Migration;

namespace DowntimeLab.Matrix;

/// <summary>One cell of the matrix.</summary>
internal sealed record Combination(Node Source, Node Target, PollingStrategy Polling, int RamGiB)
{
    private static readonly (Node Source, Node Target)[] Pairs = [(Node.Old, Node.Old), (Node.New, Node.Old), (Node.New, Node.New), (Node.Old, Node.New)];
    private static readonly PollingStrategy[] Pollings = [PollingStrategy.Pve2017Before, PollingStrategy.Pve2017, PollingStrategy.EventDriven];

    public string SourceName => Name(Source);

    public string TargetName => Name(Target);

    /// <summary>The pair and its polling, as <c>--only</c> takes it: <c>new-new/events</c>.</summary>
    public string Way => $"{SourceName}-{TargetName}/{Polling.Name}";

    /// <summary>An old source closes its tunnel before the resume and always sends the replication state; a new one does neither.</summary>
    public MigrationProfile Profile
        => (Source == Node.Old ? MigrationProfile.Pve2017Before : MigrationProfile.Pve2017) with { Polling = Polling };

    /// <summary>What the far end of the tunnel speaks.</summary>
    public MtunnelDialect Dialect => Target == Node.Old ? MtunnelDialect.V0 : MtunnelDialect.V1;

    /// <summary>An old source hears no version, whatever the target says.</summary>
    public MtunnelDialect HighestDialect => Source == Node.Old ? MtunnelDialect.V0 : MtunnelDialect.V1;

    /// <summary>Every way, for each size of RAM.</summary>
    public static IReadOnlyList<Combination> All(IReadOnlyList<int> ramGiB)
        => [.. from ram in ramGiB from pair in Pairs from polling in Pollings select new Combination(pair.Source, pair.Target, polling, ram)];

    public override string ToString() => $"{SourceName} → {TargetName}, {Polling.Name}, {RamGiB} GiB";

    private static string Name(Node node) => node == Node.Old ? "old" : "new";
}
