namespace Pve.Migration.Tests.Engine;

/// <summary>A progress handler that is called on the spot.</summary>
internal sealed class Handler(Action<MigrationProgress> act) : IProgress<MigrationProgress>
{
    public List<MigrationProgress> Seen { get; } = [];

    public void Report(MigrationProgress value)
    {
        Seen.Add(value);
        act(value);
    }
}
