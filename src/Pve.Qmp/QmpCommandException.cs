namespace Pve.Qmp;

/// <summary>QEMU executed the command and said no; the connection works on.</summary>
/// <example>
/// <code>
/// try
/// {
///     await qemu.ExecuteAsync("device_del", JsonElement.Parse("""{"id": "net0"}"""));
/// }
/// catch (QmpCommandException e) when (e.ErrorClass == "DeviceNotFound")
/// {
///     Console.WriteLine($"{e.Command}: {e.Description}");
/// }
/// </code>
/// </example>
public sealed class QmpCommandException : QmpException
{
    /// <summary>Creates the failure of <paramref name="command"/>.</summary>
    public QmpCommandException(string command, string errorClass, string description)
        : base($"QEMU refused '{command}': {description} ({errorClass}).")
        => (Command, ErrorClass, Description) = (command, errorClass, description);

    /// <summary>The command that was refused.</summary>
    public string Command { get; }

    /// <summary>QEMU's error class, such as <c>GenericError</c> or <c>CommandNotFound</c>.</summary>
    public string ErrorClass { get; }

    /// <summary>QEMU's own words.</summary>
    public string Description { get; }

    /// <inheritdoc/>
    public override bool ConnectionUsable => true;
}
