namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>nbd-server-add</c>; <c>block-export-add</c> replaces it.</summary>
/// <param name="Device">The drive or node.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NbdServerAdd,
///     new("drive0") { Writable = true },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NbdServerAdd(string Device) : QmpObject
{
    /// <summary>The export's name; the drive's where null.</summary>
    public string? Name { get; init; }

    /// <summary>A text for the client.</summary>
    public string? Description { get; init; }

    public bool? Writable { get; init; }

    /// <summary>A dirty bitmap that the client may read.</summary>
    public string? Bitmap { get; init; }
}
