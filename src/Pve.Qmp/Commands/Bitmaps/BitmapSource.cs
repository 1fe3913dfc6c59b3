using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A dirty bitmap of the node that a command is about, or of another (QAPI BlockDirtyBitmapOrStr).</summary>
/// <param name="Name">The bitmap.</param>
/// <param name="Node">The node that it belongs to; the command's own where null.</param>
/// <example>
/// <code>
/// BitmapSource own = "backup0";
/// var foreign = new BitmapSource("backup0", "disk1");
/// </code>
/// </example>
[JsonConverter(typeof(BitmapSourceConverter))]
public sealed record BitmapSource(string Name, string? Node = null)
{
    /// <summary>A dirty bitmap of the node that a command is about.</summary>
    public static implicit operator BitmapSource(string name) => new(name);
}
