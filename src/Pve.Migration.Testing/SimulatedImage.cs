using Pve.Migration.Testing.Simulation;
using Pve.Migration.Testing.Simulation.Storage;

namespace Pve.Migration.Testing;

/// <summary>An image on a simulated host: how large it is, who may write it, and what it holds.</summary>
public sealed class SimulatedImage
{
    internal SimulatedImage(string path, long bytes, long dataBytes) => (Path, Bytes, DataBytes) = (path, bytes, dataBytes);

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Its size in bytes.</summary>
    public long Bytes { get; }

    /// <summary>How much of it is not zero, in bytes.</summary>
    public long DataBytes { get; }

    /// <summary>The process that has QEMU's write lock on it.</summary>
    internal Machine? Writer { get; set; }

    internal ImageContent Content { get; set; } = new(null);

    /// <summary>Whether everything that was ever written to <paramref name="other"/> is here, as after a mirror that ended well.</summary>
    public bool HoldsAllOf(SimulatedImage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Content.Includes(other.Content);
    }

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
