namespace Pve.Migration.Engine.Recovery;

/// <summary>What the source's QEMU was set to before, as a journal keeps it.</summary>
internal sealed record FoundSettings(IReadOnlyList<string> Capabilities, long? MaxBandwidth, TimeSpan? DowntimeLimit)
{
    /// <summary>What the journal calls it.</summary>
    public const string Name = "source settings";
}
