namespace Pve.Qmp.Commands;

/// <summary>What a bitmap is called in the stream.</summary>
/// <param name="Name">Its name here.</param>
/// <param name="Alias">Its name in the stream.</param>
/// <example><code>var bitmap = new BitmapMigrationAlias("backup0", "b0");</code></example>
public sealed record BitmapMigrationAlias(string Name, string Alias) : QmpObject
{
    /// <summary>What changes on the way.</summary>
    public BitmapMigrationTransform? Transform { get; init; }
}
