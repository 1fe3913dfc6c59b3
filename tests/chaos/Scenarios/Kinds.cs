namespace Pve.Chaos.Scenarios;

/// <summary>What there is to know of the kinds before one is played.</summary>
internal static class Kinds
{
    /// <summary>What each is called, where one is chosen or told.</summary>
    public static IReadOnlyDictionary<string, Kind> ByName { get; } = new Dictionary<string, Kind>(StringComparer.Ordinal)
    {
        ["plain"] = Kind.Plain,
        ["tls"] = Kind.Tls,
        ["replica"] = Kind.Replica,
        ["post-copy"] = Kind.PostCopy,
        ["watchdog"] = Kind.Watchdog,
        ["ends-source"] = Kind.EndsSource,
        ["recovery"] = Kind.Recovery,
    };

    public static string Name(this Kind kind) => ByName.Single(named => named.Value == kind).Key;

    /// <summary>Those, but the plain one and that of a struck recovery, that a migration with or without disks may be.</summary>
    public static Kind[] Of(int disks) => disks == 0 ? [Kind.Tls, Kind.PostCopy, Kind.EndsSource] : [Kind.Tls, Kind.Replica, Kind.Watchdog, Kind.EndsSource];

    /// <summary>The moments at which it differs most; none where it does so everywhere.</summary>
    public static IReadOnlyList<string> Moments(this Kind kind) => kind switch
    {
        Kind.PostCopy => [Moment.Resume, Moment.Resumed],
        Kind.Watchdog => [Moment.PreSwitchover],
        _ => [],
    };

    /// <summary>Whether the target's monitor has to be in reach.</summary>
    public static bool NeedsMonitor(this Kind kind) => kind is not (Kind.Plain or Kind.EndsSource or Kind.Recovery);
}
