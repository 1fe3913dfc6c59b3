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

    /// <summary>Of a quorum, of which one has to succeed: the first is the one that matters, the others take everything.</summary>
    public IReadOnlyList<BlockNode> Children { get; init; } = [];

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

    /// <summary>The job that keeps others from it: the mirror that it is an end of, or the backup that is made there.</summary>
    public BlockJob? Job { get; set; }

    /// <summary>How many backups are made of it.</summary>
    public int Backups { get; set; }

    /// <summary>What the guest's device writes to it.</summary>
    public GuestWriter? Writer { get; set; }

    /// <summary>The newest first.</summary>
    public List<DirtyBitmap> Bitmaps { get; } = [];

    /// <summary>How many others use it.</summary>
    public int Users { get; set; }

    /// <exception cref="CommandRefusedException">A job keeps others from it.</exception>
    public void RequireIdle()
    {
        if (Job is not null)
        {
            throw new CommandRefusedException($"Node '{name}' is busy: block device is in use by block job: {Job.Type}");
        }
    }

    /// <summary>Somebody wrote there.</summary>
    public void Wrote(long from, long to)
    {
        foreach (var bitmap in Bitmaps)
        {
            bitmap.Note(from, to);
        }

        File?.Wrote(from, to);
        Export?.Node.Wrote(from, to);
    }

    /// <summary>The guest's device is on another node from now on.</summary>
    public void GiveGuestTo(BlockNode other)
    {
        (other.Device, Device) = (Device, null);
        (other.Writer, Writer) = (Writer, null);
    }
}
