namespace Pve.Qmp.Commands;

/// <summary>A character device.</summary>
/// <example>
/// <code>
/// foreach (ChardevInfo chardev in await qemu.ExecuteAsync(QmpCommands.QueryChardev, cancellationToken: cancellationToken))
/// {
///     bool used = chardev.FrontendOpen;
/// }
/// </code>
/// </example>
public sealed record ChardevInfo : QmpObject
{
    /// <summary>Its id.</summary>
    public string Label { get; init => field = value ?? ""; } = "";

    /// <summary>What it is connected to.</summary>
    public string Filename { get; init => field = value ?? ""; } = "";

    /// <summary>Whether the guest or a monitor has it open.</summary>
    public bool FrontendOpen { get; init; }
}
