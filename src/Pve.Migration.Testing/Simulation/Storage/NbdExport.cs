namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>A node that others reach over NBD.</summary>
internal sealed class NbdExport(Machine server, string id, string name, BlockNode node, bool isWritable)
{
    /// <summary>Who offers it.</summary>
    public Machine Server => server;

    public string Id => id;

    public string Name => name;

    public BlockNode Node => node;

    public bool IsWritable => isWritable;

    /// <summary>Whether it is offered, by a process that lives.</summary>
    public bool IsOpen { get; set; } = true;

    public bool IsFrozen => server.Agenda.IsFrozen;

    /// <summary>Who is connected.</summary>
    public HashSet<Machine> Clients { get; } = [];
}
