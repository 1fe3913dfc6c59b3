using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block-stream</c>.</summary>
/// <param name="Device">The drive or node.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockStream,
///     new("disk0") { JobId = "stream0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockStreamArguments(string Device) : QmpObject
{
    /// <summary>The job's id; the drive's name where null.</summary>
    public string? JobId { get; init; }

    /// <summary>The same as a file name.</summary>
    public string? Base { get; init; }

    /// <summary>The image that stays; none where null.</summary>
    public string? BaseNode { get; init; }

    /// <summary>What the image shall say it is based on.</summary>
    public string? BackingFile { get; init; }

    /// <summary>The lowest image that is merged, instead.</summary>
    public string? Bottom { get; init; }

    /// <summary>Bytes a second at most; 0 is no limit.</summary>
    public long? Speed { get; init; }

    public BlockdevOnError? OnError { get; init; }

    /// <summary>The name of the node that does the job's work.</summary>
    public string? FilterNodeName { get; init; }

    /// <summary>Whether the job ends its work by itself; false keeps it <c>pending</c>.</summary>
    public bool? AutoFinalize { get; init; }

    /// <summary>Whether the job vanishes by itself; false keeps it <c>concluded</c>, and its error readable.</summary>
    public bool? AutoDismiss { get; init; }

    /// <summary>Whether that name leaves the protocol driver out. Since QEMU 9.0.</summary>
    [QmpSince("9.0")]
    public bool? BackingMaskProtocol { get; init; }
}
