namespace Pve.Migration.Testing.Simulation;

/// <summary>The commands about the machine itself and its run state.</summary>
internal static class MachineCommands
{
    public static readonly Dictionary<string, Command> All = new()
    {
        ["query-version"] = Command.Query((_, json) => MonitorMessages.Version(json)),
        ["query-status"] = Command.Query((machine, json) =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, machine.RunState.Value);
            json.WriteBoolean("singlestep"u8, false);
            json.WriteBoolean("running"u8, machine.IsRunning);
            json.WriteEndObject();
        }),
        ["query-name"] = Command.Query((_, json) =>
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }),
        ["stop"] = Command.Plain(machine => machine.Stop()),
        ["cont"] = Command.Plain(machine => machine.Continue()),
        ["quit"] = Command.Plain(machine => machine.Quit()),
        ["system_reset"] = Command.Plain(machine => machine.Agenda.After(TimeSpan.Zero, () => machine.Emit("RESET", json =>
        {
            json.WriteBoolean("guest"u8, false);
            json.WriteString("reason"u8, "host-qmp-system-reset"u8);
        }))),
        ["qom-get"] = new((machine, arguments) =>
        {
            var (path, property) = (arguments.Only("path", "property").Text("path"), arguments.Text("property"));
            return (path, property) switch
            {
                ("/machine", "type") => json => json.WriteStringValue(machine.Options.MachineType),
                ("/machine", _) => throw new CommandRefusedException($"Property '{machine.Options.MachineType}.{property}' not found"),
                _ => throw new CommandRefusedException("DeviceNotFound", $"Device '{path}' not found"),
            };
        }),
        ["query-memory-size-summary"] = Command.Query((machine, json) =>
        {
            json.WriteStartObject();
            json.WriteNumber("base-memory"u8, machine.Options.MemoryBytes);
            json.WriteNumber("plugged-memory"u8, 0);
            json.WriteEndObject();
        }),
        ["query-yank"] = Command.Query(YankCommands.WriteInstances) with { AllowOutOfBand = true },
        ["yank"] = new(YankCommands.Yank) { AllowOutOfBand = true },
    };
}
