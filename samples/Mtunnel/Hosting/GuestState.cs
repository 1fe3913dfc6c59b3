using System.Text.Json;

namespace Mtunnel.Hosting;

/// <summary>
/// What the source tells of the VM, in files that only their owner reads: its configuration, locked until the source unlocks it; the
/// firewall's; the state of its replication.
/// </summary>
internal static class GuestState
{
    public static void Configure(GuestPaths paths, JsonElement parameters)
    {
        PrivateFile.Write(paths.Config, ConfigText.Locked(Wire.Text(parameters, "conf")));
        if (Wire.TryGet(parameters, "firewall-config", out _))
        {
            PrivateFile.Write(paths.Firewall, Wire.Text(parameters, "firewall-config"));
        }
    }

    /// <summary>Nothing where there is no configuration, or it is not locked.</summary>
    public static void Unlock(GuestPaths paths)
    {
        if (File.Exists(paths.Config) && File.ReadAllText(paths.Config) is var text && ConfigText.IsLocked(text))
        {
            PrivateFile.Write(paths.Config, ConfigText.Unlocked(text));
        }

        new ArrivalRecord(paths).Arrive();
    }

    public static void SetReplication(GuestPaths paths, JsonElement parameters)
        => PrivateFile.Write(paths.Replication, parameters.GetProperty("state").GetRawText());

    /// <summary>Removes what came for a VM that did not; an unlocked one has arrived, and stays.</summary>
    public static void Forget(GuestPaths paths)
    {
        if (File.Exists(paths.Config) && ConfigText.IsLocked(File.ReadAllText(paths.Config)))
        {
            File.Delete(paths.Config);
            File.Delete(paths.Firewall);
            File.Delete(paths.Replication);
        }
    }
}
