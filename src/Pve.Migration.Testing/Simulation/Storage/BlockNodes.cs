using System.Globalization;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>The block nodes of one QEMU, and its locks on the images of the guest's disks.</summary>
internal sealed class BlockNodes(Machine machine)
{
    private const string NoLock = "Failed to get \"write\" lock";

    private readonly List<BlockNode> _nodes = []; // the newest first, a node before the one it reads from
    private int _named;

    public IReadOnlyList<BlockNode> All => _nodes;

    /// <summary>Whether the guest's disks are this QEMU's, rather than the other side's of a migration.</summary>
    public bool IsActive { get; private set; }

    private IEnumerable<BlockNode> Disks => _nodes.Where(node => node is { Device: not null, Export: null });

    public void AddDisk(SimulatedDisk disk)
    {
        var image = machine.Link.ImageOf(disk);
        var file = new BlockNode(NextName(), "file", image) { IsOwned = true };
        Insert(new BlockNode(disk.Node, "raw", image)
        {
            File = file,
            Device = $"/machine/peripheral/dev-{disk.Node}/virtio-backend",
            Writer = new GuestWriter(disk.WrittenBytesPerSecond),
        });
    }

    public BlockNode? Find(string name) => _nodes.Find(node => node.Name == name);

    /// <param name="name">A node's name.</param>
    /// <param name="shownAs">How QEMU's message calls it as a device.</param>
    public BlockNode Require(string name, string? shownAs = null)
        => Find(name) ?? throw new CommandRefusedException($"Cannot find device='{shownAs ?? name}' nor node-name='{name}'");

    /// <summary><c>blockdev-add</c></summary>
    public void Add(CommandArguments arguments) => Insert(Open(arguments, isOwned: false));

    /// <summary><c>blockdev-del</c></summary>
    public void Delete(string name)
    {
        var node = Find(name) ?? throw new CommandRefusedException($"Failed to find node with node-name='{name}'");
        if (node.Job is MirrorJob mirror && mirror.Copy == node)
        {
            throw new CommandRefusedException($"Node {name} is in use");
        }

        node.RequireIdle();

        if (node.IsOwned)
        {
            throw new CommandRefusedException($"Node {name} is not owned by the monitor");
        }

        if (node.Backups > 0)
        {
            throw new CommandRefusedException($"Block device {name} is in use"); // its device has gone to the job's filter
        }

        if (node.Device is not null || node.Users > 0)
        {
            throw new CommandRefusedException($"Node {name} is in use");
        }

        _ = node.Children.Count > 0 || node.Export?.Clients.Remove(machine) == true;
        _nodes.Remove(node);
        foreach (var child in node.Children)
        {
            child.Users--;
        }

        if (node.File is { } file)
        {
            file.Users--;
            _ = file.IsOwned && _nodes.Remove(file);
        }
    }

    /// <summary>Takes the locks for the guest's disks: all or none.</summary>
    public void Activate()
    {
        if (!TryActivate())
        {
            throw new CommandRefusedException(NoLock);
        }
    }

    public bool TryActivate()
    {
        if (Disks.Any(disk => disk.Image.Writer is { } writer && writer != machine))
        {
            return false;
        }

        foreach (var disk in Disks)
        {
            disk.Image.Writer = machine;
        }

        return IsActive = true;
    }

    /// <summary>Leaves the guest's disks to the other side.</summary>
    public void Inactivate()
    {
        IsActive = false;
        foreach (var disk in Disks)
        {
            Unlock(disk.Image);
        }
    }

    /// <summary>Bitmaps that came along with the guest; they are put on the nodes of the same names.</summary>
    public void TakeBitmaps(BlockNodes others)
    {
        foreach (var (node, other) in from other in others.Disks let node = Find(other.Name) where node is not null select (node, other))
        {
            foreach (var bitmap in other.Bitmaps)
            {
                node.Bitmaps.Insert(0, bitmap.Copy());
            }
        }
    }

    /// <summary>The guest goes on, and writes.</summary>
    public void GuestWrites()
    {
        foreach (var disk in Disks.Where(disk => disk.Image.Writer == machine))
        {
            disk.Image.Content = new ImageContent(disk.Image.Content);
            disk.Writer!.Begin(machine.Now);
        }
    }

    /// <summary>Notes what the guest has written by now; it may be about to stop.</summary>
    public void Settle()
    {
        foreach (var node in _nodes)
        {
            node.Writer?.Settle(node, machine.Now, machine.IsRunning);
        }
    }

    /// <summary>Refuses a node that a job shall write to and that the guest has for itself.</summary>
    public void RequireWritable(BlockNode node)
    {
        if (node.Device is not null)
        {
            throw new CommandRefusedException(
                $"Could not create node: Permission conflict on node '{node.Name}': permissions 'write' are both required by node '{NextName()}' (uses node "
                + $"'{node.Name}' as 'target' child) and unshared by block device '{node.Device}' (uses node '{node.Name}' as 'root' child).");
        }
    }

    public void Unlock(SimulatedImage image)
    {
        var isUsed = (IsActive && Disks.Any(disk => disk.Image == image)) || machine.Exports.Writes(image);
        if (image.Writer == machine && !isUsed)
        {
            image.Writer = null;
        }
    }

    public void ConnectionsCut()
    {
        foreach (var node in _nodes.Where(node => node.Export is not null))
        {
            node.IsBroken = true;
            node.Export!.Clients.Remove(machine);
        }
    }

    /// <summary>The connection of one node breaks, and so whatever is written through it.</summary>
    public void Cut(BlockNode node)
    {
        foreach (var broken in _nodes.Where(other => other == node || other.Children.Contains(node)))
        {
            broken.IsBroken = true;
            broken.Export!.Clients.Remove(machine);
        }
    }

    public void ProcessEnded()
    {
        IsActive = false;
        foreach (var node in _nodes)
        {
            node.Export?.Clients.Remove(machine);
            Unlock(node.Image);
        }
    }

    private void Insert(BlockNode node)
    {
        if (Find(node.Name) is not null)
        {
            throw new CommandRefusedException($"Duplicate nodes with node-name='{node.Name}'");
        }

        node.Export?.Clients.Add(machine);
        foreach (var child in node.Children)
        {
            child.Users++;
        }

        if (node.File is { } file)
        {
            file.Users++;
            if (!_nodes.Contains(file))
            {
                _nodes.Insert(0, file);
            }
        }

        _nodes.Insert(0, node);
    }

    private BlockNode Open(CommandArguments arguments, bool isOwned)
    {
        var driver = arguments.Word("driver", "raw", "file", "host_device", "qcow2", "nbd", "null-co", "quorum");
        if (!isOwned && !arguments.Has("node-name"))
        {
            throw new CommandRefusedException("'node-name' must be specified for the root node");
        }

        var name = arguments.Has("node-name") ? arguments.Text("node-name") : NextName();
        var readOnly = arguments.FlagOr("read-only", false);
        switch (driver)
        {
            case "nbd":
                var export = machine.Link.ConnectNbd(NbdServer.Address(arguments.Object("server")), arguments.TextOr("export", ""));
                return new BlockNode(name, driver, export.Node.Image) { Export = export, IsReadOnly = readOnly, IsOwned = isOwned };
            case "null-co":
                return new BlockNode(name, driver, new SimulatedImage("null-co://", arguments.NumberOr("size", 1L << 30), 0)) { IsOwned = isOwned };
            case "quorum":
                arguments.Required("vote-threshold");
                var children = arguments.Texts("children", "BlockdevRef").Select(child => Require(child)).ToArray();
                if (children.Length == 0)
                {
                    throw new CommandRefusedException("Number of provided children must be 1 or more");
                }

                return new BlockNode(name, driver, children[0].Image) { Children = children, Export = children[0].Export, IsOwned = isOwned };
            case "raw" or "qcow2":
                var file = arguments.Required("file").ValueKind == System.Text.Json.JsonValueKind.String
                    ? Require(arguments.Text("file"))
                    : Open(arguments.Object("file"), isOwned: true);
                return new BlockNode(name, driver, file.Image) { File = file, IsReadOnly = readOnly, IsOwned = isOwned };
            default:
                var path = arguments.Text("filename");
                var image = machine.Link.FindImage(path) ?? throw new CommandRefusedException($"Could not open '{path}': No such file or directory");
                return new BlockNode(name, driver, image) { IsReadOnly = readOnly, IsOwned = isOwned };
        }
    }

    private string NextName() => string.Create(CultureInfo.InvariantCulture, $"#block{_named++:000}");
}
