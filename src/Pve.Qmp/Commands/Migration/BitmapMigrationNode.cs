namespace Pve.Qmp.Commands;

/// <summary>What a block node, and its bitmaps, are called in the stream.</summary>
/// <param name="NodeName">The node's name here.</param>
/// <param name="Alias">Its name in the stream.</param>
/// <param name="Bitmaps">The bitmaps that go; others stay.</param>
/// <example><code>var node = new BitmapMigrationNode("drive0", "disk-a", [new("backup0", "b0")]);</code></example>
public sealed record BitmapMigrationNode(string NodeName, string Alias, IReadOnlyList<BitmapMigrationAlias> Bitmaps) : QmpObject;
