using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A block export to be: the arguments of <c>block-export-add</c>.</summary>
/// <param name="Id">The export's id.</param>
/// <param name="NodeName">The node that is offered.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockExportAdd,
///     new BlockExportOptionsNbd("export0", "drive0") { Name = "drive0", Writable = true },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
[JsonDerivedType(typeof(BlockExportOptionsNbd))]
[JsonDerivedType(typeof(BlockExportOptionsVhostUserBlk))]
[JsonDerivedType(typeof(BlockExportOptionsFuse))]
[JsonDerivedType(typeof(BlockExportOptionsVduseBlk))]
[JsonDerivedType(typeof(BlockExportOptionsOther))]
public abstract record BlockExportOptions(string Id, string NodeName) : QmpObject
{
    /// <summary>How it is offered.</summary>
    public abstract BlockExportType Type { get; }

    /// <summary>Whether the node stays in its thread.</summary>
    public bool? FixedIothread { get; init; }

    /// <summary>The thread that serves it.</summary>
    public string? Iothread { get; init; }

    /// <summary>Whether clients may write.</summary>
    public bool? Writable { get; init; }

    /// <summary>Whether each write is flushed.</summary>
    public bool? Writethrough { get; init; }

    /// <summary>Whether the node may belong to the other side of a migration. Since QEMU 10.0.</summary>
    [QmpSince("10.0")]
    public bool? AllowInactive { get; init; }
}
