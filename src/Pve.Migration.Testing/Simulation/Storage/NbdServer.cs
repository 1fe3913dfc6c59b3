using System.Text.Json;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>The NBD server of one QEMU, and what it offers.</summary>
internal sealed class NbdServer(Machine machine)
{
    private readonly List<NbdExport> _exports = [];
    private MigrationAddress? _address;

    private static CommandRefusedException NotRunning => new("NBD server not running");

    /// <summary>Reads <c>{"type": "unix", "path": PATH}</c> or <c>{"type": "inet", "host": HOST, "port": PORT}</c>; older commands keep the rest in <c>data</c>.</summary>
    public static MigrationAddress Address(CommandArguments arguments)
    {
        var isUnix = arguments.Word("type", "unix", "inet") == "unix";
        var rest = arguments.Has("data") ? arguments.Object("data") : arguments;
        return isUnix
            ? new MigrationAddress("unix", rest.Text("path"), "", "")
            : new MigrationAddress("tcp", $"{rest.Text("host")}:{rest.Text("port")}", rest.Text("host"), rest.Text("port"));
    }

    public bool Writes(SimulatedImage image) => _exports.Exists(export => export.IsOpen && export.IsWritable && export.Node.Image == image);

    public NbdExport Find(string name)
        => _exports.Find(export => export.Name == name) ?? throw new CommandRefusedException("Requested export not available");

    public void Start(MigrationAddress address)
    {
        if (_address is not null)
        {
            throw new CommandRefusedException("NBD server already running");
        }

        if (!machine.Link.NbdServers.TryAdd(address.Key, this))
        {
            throw new CommandRefusedException($"Failed to bind socket to {address.Name}: Address already in use");
        }

        _address = address;
    }

    /// <summary>Whoever is connected is cut off.</summary>
    public void Stop()
    {
        machine.Link.NbdServers.Remove((_address ?? throw NotRunning).Key);
        _address = null;
        Close();
    }

    public void Add(CommandArguments arguments)
    {
        arguments.Word("type", "nbd");
        var (id, nodeName) = (arguments.Text("id"), arguments.Text("node-name"));
        if (_exports.Exists(export => export.Id == id))
        {
            throw new CommandRefusedException($"Block export id '{id}' is already in use");
        }

        var (node, writable) = (machine.Disks.Require(nodeName, ""), arguments.FlagOr("writable", false));
        _ = _address ?? throw NotRunning;
        var name = arguments.TextOr("name", nodeName);
        if (_exports.Exists(export => export.Name == name))
        {
            throw new CommandRefusedException($"NBD server already has export named '{name}'");
        }

        if (writable)
        {
            Claim(node);
        }

        node.Users++;
        _exports.Add(new NbdExport(machine, id, name, node, writable));
    }

    public void Delete(CommandArguments arguments)
    {
        var id = arguments.Text("id");
        var export = _exports.Find(export => export.Id == id) ?? throw new CommandRefusedException($"Export '{id}' is not found");
        if (export.Clients.Count > 0 && arguments.TextOr("mode", "safe") == "safe")
        {
            throw new CommandRefusedException($"export '{id}' still in use");
        }

        Close(export);
    }

    /// <summary>The exports end, and say so where a monitor still hears it.</summary>
    public void Close()
    {
        foreach (var export in _exports.ToArray())
        {
            Close(export);
        }
    }

    public void ProcessEnded()
    {
        if (_address is not null)
        {
            machine.Link.NbdServers.Remove(_address.Key);
        }

        Close();
    }

    /// <summary>It froze or thawed.</summary>
    public void Moved()
    {
        foreach (var client in _exports.SelectMany(export => export.Clients).Distinct())
        {
            client.Jobs.RemoteMoved();
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var export in _exports)
        {
            json.WriteStartObject();
            json.WriteString("node-name"u8, export.Node.Name);
            json.WriteBoolean("shutting-down"u8, false);
            json.WriteString("type"u8, "nbd"u8);
            json.WriteString("id"u8, export.Id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Claim(BlockNode node)
    {
        if (node.Device is not null && machine.Disks.IsActive)
        {
            throw new CommandRefusedException(
                $"Permission conflict on node '{node.Name}': permissions 'write' are both required by an unnamed block device (uses node '{node.Name}' as "
                + $"'root' child) and unshared by block device '{node.Device}' (uses node '{node.Name}' as 'root' child).");
        }

        if (node.IsReadOnly || (node.Image.Writer is { } writer && writer != machine))
        {
            throw new CommandRefusedException("Block node is read-only");
        }

        node.Image.Writer = machine;
    }

    private void Close(NbdExport export)
    {
        export.IsOpen = false;
        export.Node.Users--;
        _exports.Remove(export);
        machine.Disks.Unlock(export.Node.Image);
        machine.Emit("BLOCK_EXPORT_DELETED", json => json.WriteString("id"u8, export.Id));
        foreach (var client in export.Clients.ToArray())
        {
            client.Jobs.RemoteMoved();
        }
    }
}
