namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>pmemsave</c>: writes physical memory to a file on QEMU's host.</summary>
/// <param name="Val">The first physical address.</param>
/// <param name="Size">How many bytes.</param>
/// <param name="Filename">The file.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.PhysicalMemorySave,
///     new(0, 4096, "/tmp/page0"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record MemorySave(long Val, long Size, string Filename) : QmpObject;
