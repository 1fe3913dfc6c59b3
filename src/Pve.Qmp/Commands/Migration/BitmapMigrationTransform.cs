namespace Pve.Qmp.Commands;

/// <summary>What changes of a bitmap on its way.</summary>
/// <example>
/// <code>
/// var bitmap = new BitmapMigrationAlias("backup0", "b0") { Transform = new BitmapMigrationTransform { Persistent = true } };
/// </code>
/// </example>
public sealed record BitmapMigrationTransform : QmpObject
{
    /// <summary>Whether the target keeps it in the image.</summary>
    public bool? Persistent { get; init; }
}
