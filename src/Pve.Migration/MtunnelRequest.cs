using System.Text.Json;

namespace Pve.Migration;

/// <summary>A v2 command as a handler gets it.</summary>
/// <param name="Vmid">The VM of this tunnel.</param>
/// <param name="Command">The name on the wire.</param>
/// <param name="Parameters">The whole object of the request; its members may be secrets, and null where the client has none.</param>
public readonly record struct MtunnelRequest(int Vmid, string Command, JsonElement Parameters)
{
    /// <summary>The command, without its parameters.</summary>
    public override string ToString() => $"{Command} for VM {Vmid}";
}
