namespace Pve.Migration;

/// <summary>A disk that only the source has: its content is mirrored to the target's own, over NBD, while the guest runs.</summary>
public sealed record MigrationDisk
{
    /// <summary>Names it.</summary>
    /// <param name="node">The source's block node, by its <c>node-name</c>: the one that the guest's device uses.</param>
    public MigrationDisk(string node)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        Node = node;
    }

    /// <summary>The source's block node.</summary>
    public string Node { get; }

    /// <summary>The target's block node; named as the source's unless set.</summary>
    public string? TargetNode { get; init; }

    /// <summary>
    /// The bandwidth of its copy, in bytes a second; 0, which it is unless set, is no limit. It holds until the target's image is alike: from then on a
    /// mirror follows what the guest writes without one (QEMU's doing), and a replicated disk's last round, inside the pause, has none.
    /// </summary>
    public long MaxBandwidth { get; init; }

    /// <summary>
    /// The bitmap at the source's node that has noted what was written since the target's image was the same, as after a replication: only that travels. It is
    /// read, and stays as it is. Where the target's monitor is in reach, a bitmap of that name begins there with the handover, so that the next replication
    /// goes the other way. The whole disk travels unless set.
    /// </summary>
    public string? Bitmap { get; init; }

    /// <summary>Whether the target's image may have another format, such as <c>qcow2</c> for <c>raw</c>; off unless set.</summary>
    public bool AllowsOtherFormat { get; init; }

    internal string NodeThere => TargetNode ?? Node;

    internal void Validate()
    {
        if (MaxBandwidth < 0)
        {
            throw new ArgumentException($"{nameof(MaxBandwidth)} of the disk '{Node}' is {MaxBandwidth}; it must be bytes a second, or 0 for no limit.");
        }

        if (Bitmap is "")
        {
            throw new ArgumentException($"{nameof(Bitmap)} of the disk '{Node}' is empty; leave it null, or name the source's bitmap.");
        }

        if (TargetNode is "")
        {
            throw new ArgumentException($"{nameof(TargetNode)} of the disk '{Node}' is empty; leave it null, or name the target's block node.");
        }
    }
}
