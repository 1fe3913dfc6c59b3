using Pve.Migration;

namespace LiveMigration;

/// <summary>A guest that goes from one simulated QEMU to the next, in real time.</summary>
internal sealed class SimulatedLab(JobOptions options) : ILab
{
    public string Description => $"a simulated pair {options.RamMiB}";

    public Task<(MigrationReport Report, RunResult Result)> MigrateAsync(IProgress<MigrationProgress> progress, CancellationToken cancellationToken)
        => throw new LabException("the simulated pair is not there yet");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
