using Microsoft.Extensions.Logging;

namespace Pve.Migration.Diagnostics;

// Event ids 2400-2499: Proxmox VE nodes. No ticket and no replication state anywhere.
internal static partial class Log
{
    [LoggerMessage(2400, LogLevel.Debug, "{Node}: qm start: {Line}")]
    public static partial void NodeStartSaid(this ILogger logger, string node, string line);

    [LoggerMessage(2401, LogLevel.Information, "{Node}: VM {VmId} listens on {Address}, reached by {Uri}")]
    public static partial void NodeListens(this ILogger logger, string node, int vmId, string address, string uri);

    [LoggerMessage(2402, LogLevel.Debug, "{Node}: leftover sockets were not removed: {Message}")]
    public static partial void NodeLeftoversStay(this ILogger logger, string node, string message);

    [LoggerMessage(2403, LogLevel.Information, "{Node}: the QEMU of VM {VmId} is gone")]
    public static partial void NodeVmGone(this ILogger logger, string node, int vmId);

    [LoggerMessage(2404, LogLevel.Information, "VM {VmId}: {Path} was moved to {Destination}")]
    public static partial void ConfigMoved(this ILogger logger, int vmId, string path, string destination);

    [LoggerMessage(2405, LogLevel.Debug, "VM {VmId}: {Command}")]
    public static partial void NodeCommand(this ILogger logger, int vmId, string command);
}
