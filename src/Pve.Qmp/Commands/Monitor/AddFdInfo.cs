namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>add-fd</c>.</summary>
/// <example><code>string path = $"/dev/fdset/{new AddFdInfo { FdsetId = 3 }.FdsetId}";</code></example>
public sealed record AddFdInfo : QmpObject
{
    /// <summary>The set; <c>/dev/fdset/N</c> opens from it.</summary>
    public long FdsetId { get; init; }

    /// <summary>The file's number in QEMU.</summary>
    public long Fd { get; init; }
}
