using System.Globalization;

namespace Mtunnel.Hosting;

/// <summary>Where one VM's files lie. They are named by its number alone: nothing that a peer says becomes part of a path.</summary>
internal sealed class GuestPaths(int vmid, string monitors, string run)
{
    public int Vmid => vmid;

    public string RunFolder => run;

    /// <summary>The monitor's socket.</summary>
    public string Monitor => MonitorIn(monitors, vmid);

    /// <summary>Where a QEMU that starts says that it is there.</summary>
    public string Start => InRun(".start");

    /// <summary>Where it listens for the guest's RAM.</summary>
    public string Migration => InRun(".migrate");

    /// <summary>Where its NBD server listens for the guest's disks.</summary>
    public string Nbd => InRun("_nbd.migrate");

    /// <summary>The guest agent's socket, where the template has one.</summary>
    public string Agent => InRun(".qga");

    /// <summary>The configuration that the source sent.</summary>
    public string Config => InRun(".conf");

    /// <summary>The firewall's, likewise.</summary>
    public string Firewall => InRun(".fw");

    /// <summary>The replication state that the source sent.</summary>
    public string Replication => InRun(".replication");

    /// <summary>Which volumes were made here for a guest whose QEMU was not started yet.</summary>
    public string Made => InRun(".disks");

    /// <summary>The same once it was.</summary>
    public string Started => InRun(".disks-started");

    /// <summary>The same once it was asked to run: only the source's own word removes them now.</summary>
    public string Asked => InRun(".disks-asked");

    /// <summary>The same once it ran, until the source has unlocked it.</summary>
    public string Ran => InRun(".disks-ran");

    /// <summary>Held open by the one that starts, ends or allocates something.</summary>
    public string Lock => InRun(".lock");

    /// <summary>The sockets that a QEMU may leave behind.</summary>
    public IReadOnlyList<string> Sockets => [Monitor, Start, Migration, Nbd, Agent];

    /// <summary>Removes those that nobody listens at any more.</summary>
    public void RemoveDeadSockets()
    {
        foreach (var path in Sockets)
        {
            SocketFile.RemoveDead(path);
        }
    }

    public static string MonitorIn(string folder, int vmid) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{vmid}.qmp"));

    private string InRun(string ending) => Path.Combine(run, string.Create(CultureInfo.InvariantCulture, $"{vmid}{ending}"));
}
