using System.Numerics;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>The commands about dirty bitmaps.</summary>
internal static class BitmapCommands
{
    private const long DefaultGranularity = 65536;

    public static readonly Dictionary<string, Command> All = new()
    {
        ["block-dirty-bitmap-add"] = Command.Do(Add),
        ["block-dirty-bitmap-remove"] = Command.Do((machine, arguments) =>
        {
            var (node, bitmap) = Find(machine, arguments.Only("node", "name"));
            node.Bitmaps.Remove(bitmap);
        }),
        ["block-dirty-bitmap-clear"] = Command.Do((machine, arguments) => Find(machine, arguments.Only("node", "name")).Bitmap.Clear()),
        ["block-dirty-bitmap-enable"] = Command.Do((machine, arguments) => Record(machine, arguments.Only("node", "name"), true)),
        ["block-dirty-bitmap-disable"] = Command.Do((machine, arguments) => Record(machine, arguments.Only("node", "name"), false)),
        ["block-dirty-bitmap-merge"] = Command.Do((machine, arguments) =>
        {
            var (node, bitmap) = Find(machine, arguments.Only("node", "target", "bitmaps"), "target");
            foreach (var merged in arguments.Texts("bitmaps", "BlockDirtyBitmapOrStr").Select(merged => Require(node, merged)).ToArray())
            {
                bitmap.Merge(merged);
            }
        }),
        ["transaction"] = Command.Do((machine, arguments) => Transact(machine, arguments.Only("actions", "properties"))),
    };

    // Of what a transaction takes only this is simulated.
    private static void Transact(Machine machine, CommandArguments arguments)
    {
        var added = new List<CommandArguments>();
        try
        {
            foreach (var action in arguments.Objects("actions"))
            {
                var (type, data) = (action.Word("type", "block-dirty-bitmap-add", "block-dirty-bitmap-clear", "block-dirty-bitmap-merge"), action.Object("data"));
                All[type].Execute(machine, data);
                if (type == "block-dirty-bitmap-add")
                {
                    added.Add(data);
                }
            }
        }
        catch (CommandRefusedException)
        {
            foreach (var (node, bitmap) in added.Select(data => Find(machine, data)))
            {
                node.Bitmaps.Remove(bitmap);
            }

            throw;
        }
    }

    private static void Add(Machine machine, CommandArguments arguments)
    {
        var name = arguments.Only("node", "name", "granularity", "persistent", "disabled").Text("name");
        if (name.Length == 0)
        {
            throw new CommandRefusedException("Bitmap name cannot be empty");
        }

        machine.Disks.Settle();
        var node = machine.Disks.Require(arguments.Text("node"));
        var granularity = arguments.NumberOr("granularity", DefaultGranularity);
        if (granularity < 512 || !BitOperations.IsPow2(granularity))
        {
            throw new CommandRefusedException("Granularity must be power of 2 and at least 512");
        }

        if (arguments.FlagOr("persistent", false))
        {
            throw new CommandRefusedException($"Can't store persistent bitmaps to {node.Name}: Operation not supported"); // a raw image has no room
        }

        if (node.Bitmaps.Exists(bitmap => bitmap.Name == name))
        {
            throw new CommandRefusedException($"Bitmap already exists: {name}");
        }

        node.Bitmaps.Insert(0, new DirtyBitmap(name, granularity) { IsRecording = !arguments.FlagOr("disabled", false) });
    }

    private static void Record(Machine machine, CommandArguments arguments, bool isOn)
    {
        Find(machine, arguments).Bitmap.IsRecording = isOn;
    }

    private static (BlockNode Node, DirtyBitmap Bitmap) Find(Machine machine, CommandArguments arguments, string called = "name")
    {
        machine.Disks.Settle();
        var name = arguments.Text("node");
        var node = machine.Disks.Find(name) ?? throw new CommandRefusedException($"Node '{name}' not found");
        return (node, Require(node, arguments.Text(called)));
    }

    private static DirtyBitmap Require(BlockNode node, string name)
    {
        var bitmap = node.Bitmaps.Find(bitmap => bitmap.Name == name) ?? throw new CommandRefusedException($"Dirty bitmap '{name}' not found");
        bitmap.RequireIdle();
        return bitmap;
    }
}
