namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>yank</c>.</summary>
/// <param name="Instances">What is cut off.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.Yank,
///     new([new YankInstance { Type = "migration" }]),
///     new QmpCallOptions { OutOfBand = true }, cancellationToken);
/// </code>
/// </example>
public sealed record YankArguments(IReadOnlyList<YankInstance> Instances) : QmpObject;
