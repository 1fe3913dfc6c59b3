using Pve.Qmp;

namespace Pve.Migration;

/// <summary>One guest's move.</summary>
public sealed record MigrationRequest
{
    /// <summary>The guest's number, 1 to 999,999,999; both sides know it by this.</summary>
    public required int VmId { get; init; }

    /// <summary>The monitor of the QEMU that runs the guest; it stays the caller's.</summary>
    public required QmpClient Source { get; init; }

    /// <summary>
    /// A second monitor of that QEMU, with out-of-band commands; it stays the caller's. It is used only where the first one does not answer, since a last pass that
    /// cannot be written holds it: then the stream is cut (<c>yank</c>). Unless set that goes out of band over the first one, where its QEMU can.
    /// </summary>
    public QmpClient? SourceOutOfBand { get; init; }

    /// <summary>The other side.</summary>
    public required IMigrationTarget Target { get; init; }

    /// <summary>Who owns the guest, and how that is handed over; nobody keeps track unless set.</summary>
    public IOwnershipHandover Ownership { get; init; } = OwnershipHandover.None;

    /// <summary>
    /// Where the migration notes what it intends and what came of it, so that <see cref="LiveMigrator.RecoverAsync"/> can end what a crash interrupted;
    /// nowhere unless set. It stays the caller's.
    /// </summary>
    public IMigrationJournal? Journal { get; init; }

    /// <summary>
    /// Gives the guest back should this process die, or stand still, while the guest waits at <c>pre-switchover</c>, as it does where disks are mirrored; nobody unless
    /// set. It stays the caller's.
    /// </summary>
    public SwitchoverWatchdog? Watchdog { get; init; }

    /// <summary>The disks that both sides do not share: they are mirrored while the guest runs; none unless set.</summary>
    public IReadOnlyList<MigrationDisk> Disks { get; init; } = [];

    /// <summary>Something of the caller's at each phase, such as <see cref="GuestAgentHook"/>; nothing unless set.</summary>
    public IReadOnlyList<IMigrationHook> Hooks { get; init; } = [];

    /// <summary>
    /// How the target announces the guest once it runs there; unless set only as QEMU itself does, by the target's <c>announce-*</c> parameters
    /// and from when it has loaded.
    /// </summary>
    public NetworkAnnounce? Announce { get; init; }

    /// <summary>Whether the guest's volumes are replicated, so that the target must learn the replication state; off unless set.</summary>
    public bool IsReplicated { get; init; }

    /// <summary>How the RAM travels: as it is, over one connection, unless set.</summary>
    public TransferPolicy Transfer { get; init; } = new();

    /// <summary>The bandwidth, in bytes a second; 0 is no limit. 16 GiB/s unless set, since QEMU's own default is 128 MiB/s.</summary>
    public long MaxBandwidth { get; init; } = 16L * 1024 * 1024 * 1024;

    /// <summary>The pause below which QEMU switches over; whole milliseconds, at most 2,000 s. 30 ms unless set.</summary>
    /// <remarks>It covers the last of the RAM alone; loading the devices and the handover come on top.</remarks>
    public TimeSpan DowntimeLimit { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>What is wanted instead of a <see cref="DowntimeLimit"/>; nothing unless set.</summary>
    public MigrationGoal? Goal { get; init; }

    /// <summary>
    /// Changes the migration while it runs, and may hold it before the pause, which does not go with post-copy; one for each request. None unless set.
    /// </summary>
    public MigrationControl? Control { get; init; }

    /// <summary>
    /// The longest that the guest may be paused without being committed to the target: then the migration is undone, and the guest goes on at the
    /// source, once the target is proven dead. Not limited unless set, but by the deadlines of <see cref="LiveMigratorOptions"/>.
    /// </summary>
    /// <remarks>
    /// A step that does not heed its token is waited for as long again; a handover of the ownership up to 5 s, since one that is still under way cannot
    /// be undone.
    /// </remarks>
    public TimeSpan? MaxPause { get; init; }

    /// <summary>Whether the source's QEMU is ended once RESUME was seen on the target; on unless set. Otherwise it stays, paused for good.</summary>
    public bool EndsSource { get; init; } = true;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Source);
        ArgumentNullException.ThrowIfNull(Target);
        ArgumentNullException.ThrowIfNull(Ownership);
        ArgumentNullException.ThrowIfNull(Disks);
        ArgumentNullException.ThrowIfNull(Hooks);
        ArgumentNullException.ThrowIfNull(Transfer);
        Transfer.Validate();
        Announce?.Validate();
        Goal?.Validate();
        if (Goal?.Else == GoalFallback.PostCopy && Disks.Count > 0)
        {
            throw new ArgumentException($"{nameof(Goal)} wants post-copy, and {nameof(Disks)} are to be mirrored: a guest ahead of its RAM cannot wait for them.");
        }

        if (Control is { IsHolding: true } && (Control.Goal ?? Goal)?.Else == GoalFallback.PostCopy)
        {
            throw new ArgumentException($"{nameof(Control)} holds the copy, and the goal wants post-copy: a held copy stops before the switchover, past which QEMU starts none.");
        }

        if (Transfer.CarriesBitmaps && Disks.Any(disk => disk.Bitmap is not null))
        {
            throw new ArgumentException($"{nameof(TransferPolicy.CarriesBitmaps)} does not go with a disk's {nameof(MigrationDisk.Bitmap)}: QEMU carries none while one is in use, and loads none where one of its name is.");
        }

        if (MaxPause is { } longest && (longest <= TimeSpan.Zero || longest > TimeSpan.FromDays(24)))
        {
            throw new ArgumentException($"{nameof(MaxPause)} is {longest}; it must be positive, and at most 24 days.");
        }

        if (MaxPause < Goal?.Pause)
        {
            throw new ArgumentException($"{nameof(MaxPause)} is {MaxPause}, and the goal allows a pause of {Goal.Pause}: it would be undone before.");
        }

        foreach (var disk in Disks)
        {
            disk.Validate();
        }

        if (Disks.GroupBy(disk => disk.Node).FirstOrDefault(alike => alike.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"{nameof(Disks)} names '{twice.Key}' twice.");
        }

        if (Disks.GroupBy(disk => disk.NodeThere).FirstOrDefault(alike => alike.Count() > 1) is { } onto)
        {
            throw new ArgumentException($"{nameof(Disks)} names the target's node '{onto.Key}' twice: one image cannot take two disks.");
        }

        if (SourceOutOfBand is { IsOutOfBandEnabled: false })
        {
            throw new ArgumentException($"{nameof(SourceOutOfBand)} is a monitor without out-of-band commands.");
        }

        if (VmId is < 1 or > 999_999_999)
        {
            throw new ArgumentException($"{nameof(VmId)} is {VmId}; it must be within 1 to 999999999.");
        }

        if (MaxBandwidth < 0)
        {
            throw new ArgumentException($"{nameof(MaxBandwidth)} is {MaxBandwidth}; it must be bytes a second, or 0 for no limit.");
        }

        if (DowntimeLimit < TimeSpan.FromMilliseconds(1) || DowntimeLimit > ConvergenceStrategy.MaxDowntimeLimit)
        {
            throw new ArgumentException($"{nameof(DowntimeLimit)} is {DowntimeLimit}; QEMU takes 1 ms to 2,000 s.");
        }
    }
}
