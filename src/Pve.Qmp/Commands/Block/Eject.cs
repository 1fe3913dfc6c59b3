namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>eject</c>.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.Eject, new() { Id = "cd0", Force = true }, cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record Eject : QmpObject
{
    /// <summary>The drive, instead.</summary>
    public string? Device { get; init; }

    /// <summary>The device's id or QOM path.</summary>
    public string? Id { get; init; }

    /// <summary>Whether to take it although the guest locked it.</summary>
    public bool? Force { get; init; }
}
