using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary>QEMU 7.2's migration capabilities, all off at first. Not all of them do something here.</summary>
internal sealed class MigrationCapabilities
{
    private static readonly string[] Names =
    [
        "xbzrle", "rdma-pin-all", "auto-converge", "zero-blocks", "compress", "events", "postcopy-ram", "x-colo", "release-ram", "block",
        "return-path", "pause-before-switchover", "multifd", "dirty-bitmaps", "postcopy-blocktime", "late-block-activate", "x-ignore-shared",
        "validate-uuid", "background-snapshot", "zero-copy-send", "postcopy-preempt",
    ];

    private readonly HashSet<string> _on = [];

    public bool Events => _on.Contains("events");

    public bool ReturnPath => _on.Contains("return-path");

    public bool PostcopyRam => _on.Contains("postcopy-ram");

    public bool DirtyBitmaps => _on.Contains("dirty-bitmaps");

    public bool AutoConverge => _on.Contains("auto-converge");

    public bool LateBlockActivate => _on.Contains("late-block-activate");

    public bool PauseBeforeSwitchover => _on.Contains("pause-before-switchover");

    /// <summary><c>{"capabilities": [{"capability": NAME, "state": BOOL}, …]}</c>; all or nothing.</summary>
    public Action Check(CommandArguments arguments)
    {
        var changes = new List<(string Name, bool State)>();
        var i = 0;
        foreach (var item in arguments.Only("capabilities").Objects("capabilities"))
        {
            var entry = item.Only("capability", "state");
            var name = entry.Text("capability", $"capabilities[{i}].capability");
            if (!Names.Contains(name))
            {
                throw new CommandRefusedException($"Parameter 'capability' does not accept value '{name}'");
            }

            changes.Add((name, entry.Flag("state", $"capabilities[{i}].state")));
            i++;
        }

        return () => changes.ForEach(change => _ = change.State ? _on.Add(change.Name) : _on.Remove(change.Name));
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var name in Names)
        {
            json.WriteStartObject();
            json.WriteBoolean("state"u8, _on.Contains(name));
            json.WriteString("capability"u8, name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
