using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A network backend to be: the arguments of <c>netdev_add</c>.</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevTap("net0") { Ifname = "tap100i0", Script = "no", Downscript = "no" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
[JsonDerivedType(typeof(NetdevTap))]
[JsonDerivedType(typeof(NetdevUser))]
[JsonDerivedType(typeof(NetdevBridge))]
[JsonDerivedType(typeof(NetdevSocket))]
[JsonDerivedType(typeof(NetdevStreamSocket))]
[JsonDerivedType(typeof(NetdevDgram))]
[JsonDerivedType(typeof(NetdevHubport))]
[JsonDerivedType(typeof(NetdevVhostUser))]
[JsonDerivedType(typeof(NetdevVhostVdpa))]
[JsonDerivedType(typeof(NetdevOther))]
public abstract record Netdev(string Id) : QmpObject
{
    /// <summary>What it is connected to.</summary>
    public abstract string Type { get; }
}
