using Microsoft.Extensions.Logging;

namespace Pve.Migration.Diagnostics;

// Event ids 2500-2599: remote clusters. No token and no ticket anywhere; a task's id names the token's user, and is none.
internal static partial class Log
{
    [LoggerMessage(2500, LogLevel.Information, "{Api}: the tunnel's worker is {TaskId}")]
    public static partial void ApiTunnelStarted(this ILogger logger, string api, string taskId);

    [LoggerMessage(2501, LogLevel.Information, "{Api}: {Drive} is {Volume} there")]
    public static partial void RemoteDiskAllocated(this ILogger logger, string api, string drive, string volume);

    [LoggerMessage(2502, LogLevel.Warning, "{Api}: what was made for VM {VmId} may be left there: {Message}")]
    public static partial void RemoteNotCleanedUp(this ILogger logger, string api, int vmId, string message);

    [LoggerMessage(2503, LogLevel.Debug, "{Api}: 'stop' was answered, and the state cannot be asked besides: {Message}")]
    public static partial void RemoteStateNotAsked(this ILogger logger, string api, string message);
}
