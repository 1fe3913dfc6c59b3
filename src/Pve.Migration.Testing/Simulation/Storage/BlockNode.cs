namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>A block node: a format on a file node, or a file, or the client of an export.</summary>
internal sealed class BlockNode(string name, string driver, SimulatedImage image)
{
    public string Name => name;

    public string Driver => driver;

    /// <summary>The image at the bottom; of an export's client the other side's.</summary>
    public SimulatedImage Image => image;

    /// <summary>What it reads from, where that is a node.</summary>
    public BlockNode? File { get; init; }

    /// <summary>The export it is the client of.</summary>
    public NbdExport? Export { get; init; }

    /// <summary>Whether that export is in reach: offered, by a process that lives, over a connection that holds.</summary>
    public bool IsConnected => Export is { IsOpen: true } && !IsBroken;

    /// <summary>The connection broke; QEMU does not make another.</summary>
    public bool IsBroken { get; set; }

    public bool IsReadOnly { get; init; }

    /// <summary>Whether it came with the node above it, and goes with it.</summary>
    public bool IsOwned { get; init; }

    /// <summary>The guest's device on it.</summary>
    public string? Device { get; set; }

    /// <summary>The job that copies from it.</summary>
    public MirrorJob? Job { get; set; }

    /// <summary>The newest first.</summary>
    public List<DirtyBitmap> Bitmaps { get; } = [];

    /// <summary>How many others use it.</summary>
    public int Users { get; set; }
}
