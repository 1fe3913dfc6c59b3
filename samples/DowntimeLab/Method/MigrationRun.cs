using DowntimeLab.Matrix;
using Pve.Migration;
using Pve.Qmp;

namespace DowntimeLab.Method;

/// <summary>One migration with everything that looks at it.</summary>
internal sealed record MigrationRun(Combination Combination, QmpClient Source, QmpClient Target, QmpClient Watched, TimeProvider Time)
{
    public const int VmId = 100;

    /// <summary>The tunnel's deadlines, and what an old source understands of it.</summary>
    public MtunnelClientOptions Tunnel => new() { HighestDialect = Combination.HighestDialect, TimeProvider = Time };

    /// <summary>Migrates and measures.</summary>
    /// <param name="target">How the other side is told.</param>
    /// <param name="phase">When the first sample is taken.</param>
    /// <param name="endsSource">Whether the source's QEMU is ended by the migration.</param>
    /// <param name="cancellationToken">Undoes it.</param>
    /// <exception cref="LabException">It did not get across.</exception>
    public async Task<Repetition> MeasureAsync(IMigrationTarget target, TimeSpan phase, bool endsSource, CancellationToken cancellationToken)
    {
        await using var sampler = new StatusSampler(Watched, Time);
        await using var timeline = new Timeline(Source, Target, Time);
        sampler.Start(phase);
        var migrator = new LiveMigrator(new LiveMigratorOptions { Profile = Combination.Profile, TimeProvider = Time });
        var report = await migrator.MigrateAsync(
            new MigrationRequest { VmId = VmId, Source = Source, Target = target, EndsSource = endsSource },
            cancellationToken: cancellationToken);
        if (report.Outcome is not MigrationOutcome.Migrated || report.Ledger.Paused is not { } paused)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new LabException($"{Combination}: the guest did not get across: {report.Outcome}");
        }

        await sampler.FinishAsync(cancellationToken);
        return new Repetition(
            sampler.Tally.Paused,
            sampler.Tally.PausedSamples,
            paused.TotalMilliseconds,
            report.Ledger.HandoverGap?.TotalMilliseconds ?? 0,
            timeline.Marks);
    }
}
