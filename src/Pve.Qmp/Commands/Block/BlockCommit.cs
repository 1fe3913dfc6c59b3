using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block-commit</c>.</summary>
/// <param name="Device">The drive or node.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockCommit,
///     new("disk0") { JobId = "commit0", BaseNode = "base0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockCommit(string Device) : QmpObject
{
    /// <summary>The job's id; the drive's name where null.</summary>
    public string? JobId { get; init; }

    /// <summary>The image that is written to; the lowest where null.</summary>
    public string? BaseNode { get; init; }

    /// <summary>The same as a file name.</summary>
    public string? Base { get; init; }

    /// <summary>The image that is merged; the active one where null.</summary>
    public string? TopNode { get; init; }

    /// <summary>The same as a file name.</summary>
    public string? Top { get; init; }

    /// <summary>What the image above shall say it is based on.</summary>
    public string? BackingFile { get; init; }

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
