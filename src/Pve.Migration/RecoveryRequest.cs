using Pve.Qmp;

namespace Pve.Migration;

/// <summary>A migration that was interrupted, and both its sides as they can be reached now.</summary>
public sealed record RecoveryRequest
{
    /// <summary>The guest's number.</summary>
    public required int VmId { get; init; }

    /// <summary>What the migration noted; the recovery goes on with it.</summary>
    public required IMigrationJournal Journal { get; init; }

    /// <summary>The monitor of the source's QEMU; null where that is gone, or out of reach.</summary>
    public QmpClient? Source { get; init; }

    /// <summary>As in <see cref="MigrationRequest.SourceOutOfBand"/>: with it a source whose monitor its last pass holds is seen, and taken back.</summary>
    public QmpClient? SourceOutOfBand { get; init; }

    /// <summary>As in <see cref="MigrationRequest.IsReplicated"/>.</summary>
    public bool IsReplicated { get; init; }

    /// <summary>The other side, as in <see cref="MigrationRequest.Target"/>.</summary>
    public required IMigrationTarget Target { get; init; }

    /// <summary>As in <see cref="MigrationRequest.Ownership"/>.</summary>
    public IOwnershipHandover Ownership { get; init; } = OwnershipHandover.None;

    /// <summary>
    /// As in <see cref="MigrationRequest.Hooks"/>: where the guest is given back, those that may have been called before are undone, which inside the pause
    /// nobody knows for sure; where it runs on the target, those of <see cref="MigrationPhase.CleaningUp"/> are called, and before it is told to, those of
    /// <see cref="MigrationPhase.Committing"/>: once more perhaps.
    /// </summary>
    public IReadOnlyList<IMigrationHook> Hooks { get; init; } = [];

    /// <summary>As in <see cref="MigrationRequest.EndsSource"/>.</summary>
    public bool EndsSource { get; init; } = true;

    internal void Validate()
    {
        if (SourceOutOfBand is { IsOutOfBandEnabled: false })
        {
            throw new ArgumentException($"{nameof(SourceOutOfBand)} is a monitor without out-of-band commands.");
        }

        ArgumentNullException.ThrowIfNull(Journal);
        ArgumentNullException.ThrowIfNull(Target);
        ArgumentNullException.ThrowIfNull(Ownership);
        ArgumentNullException.ThrowIfNull(Hooks);
        if (VmId is < 1 or > 999_999_999)
        {
            throw new ArgumentException($"{nameof(VmId)} is {VmId}; it must be within 1 to 999999999.");
        }
    }

    // The run that is taken up. Where there is no source, nothing is asked of it: the rule sees to that.
    internal MigrationRequest ToMigration() => new()
    {
        VmId = VmId,
        Journal = Journal,
        Source = Source!,
        SourceOutOfBand = SourceOutOfBand,
        IsReplicated = IsReplicated,
        Target = Target,
        Ownership = Ownership,
        Hooks = Hooks,
        EndsSource = EndsSource,
    };
}
