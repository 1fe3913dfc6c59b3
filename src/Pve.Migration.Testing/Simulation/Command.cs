using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary>A command of the monitor.</summary>
/// <param name="Execute">Does it, and says how the result is written; null for an empty object.</param>
internal sealed record Command(Func<Machine, CommandArguments, Action<Utf8JsonWriter>?> Execute)
{
    public bool AllowOutOfBand { get; init; }

    /// <summary>Whether the machine's version of QEMU has it; all of them unless set.</summary>
    public Func<Machine, bool> IsThere { get; init; } = _ => true;

    /// <summary>Takes nothing, and tells.</summary>
    public static Command Query(Action<Machine, Utf8JsonWriter> write) => new((machine, arguments) =>
    {
        arguments.Only();
        return json => write(machine, json);
    });

    /// <summary>Takes nothing, and tells nothing.</summary>
    public static Command Plain(Action<Machine> execute) => new((machine, arguments) =>
    {
        arguments.Only();
        execute(machine);
        return null;
    });

    /// <summary>Tells nothing.</summary>
    public static Command Do(Action<Machine, CommandArguments> execute) => new((machine, arguments) =>
    {
        execute(machine, arguments);
        return null;
    });
}
