namespace Pve.Qmp.Commands;

/// <summary>A buffer in memory.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.Ringbuf(new() { Size = 65536 })),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChardevRingbuf : QmpObject
{
    /// <summary>A file that gets a copy of what is written.</summary>
    public string? Logfile { get; init; }

    /// <summary>Whether it is kept, rather than begun anew.</summary>
    public bool? Logappend { get; init; }

    /// <summary>Bytes, a power of two; 65536 where null.</summary>
    public long? Size { get; init; }
}
