namespace Pve.Migration.Testing.Simulation;

/// <summary>The command is answered with an error.</summary>
internal sealed class CommandRefusedException(string errorClass, string description) : Exception(description)
{
    public CommandRefusedException(string description)
        : this("GenericError", description)
    {
    }

    public string Class { get; } = errorClass;

    public string Description { get; } = description;

    public static CommandRefusedException InProgress => new("There's a migration process in progress");
}
