namespace Pve.Qmp.Commands;

/// <summary>A command that this QEMU has.</summary>
/// <example>
/// <code>
/// foreach (CommandInfo command in await qemu.ExecuteAsync(QmpCommands.QueryCommands, cancellationToken: cancellationToken))
/// {
///     bool can = command.Name == "block-job-change";
/// }
/// </code>
/// </example>
public sealed record CommandInfo : QmpObject
{
    public string Name { get; init => field = value ?? ""; } = "";
}
