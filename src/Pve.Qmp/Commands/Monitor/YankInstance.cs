namespace Pve.Qmp.Commands;

/// <summary>Something that <c>yank</c> can cut off without waiting for it.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.Yank,
///     new([new YankInstance { Type = "migration" }]),
///     new QmpCallOptions { OutOfBand = true }, cancellationToken);
/// </code>
/// </example>
public sealed record YankInstance : QmpObject
{
    /// <summary><c>migration</c>, <c>chardev</c> or <c>block-node</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The name of a block node.</summary>
    public string? NodeName { get; init; }

    /// <summary>The id of a chardev.</summary>
    public string? Id { get; init; }
}
