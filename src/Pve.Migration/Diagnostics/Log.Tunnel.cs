using Microsoft.Extensions.Logging;

namespace Pve.Migration.Diagnostics;

// Event ids 2000-2999: the tunnel and its transports. No line of the wire below Trace; keys, tickets and passwords nowhere.
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Debug, "{Transport}: the peer is online")]
    public static partial void TunnelOnline(this ILogger logger, string transport);

    [LoggerMessage(2001, LogLevel.Information, "{Transport}: speaking {Dialect} ({Why})")]
    public static partial void TunnelAgreed(this ILogger logger, string transport, MtunnelDialect dialect, string why);

    [LoggerMessage(2002, LogLevel.Warning, "{Transport}: the tunnel carries no more commands: {Reason}")]
    public static partial void TunnelFaulted(this ILogger logger, string transport, string reason);

    [LoggerMessage(2003, LogLevel.Debug, "{Transport}: a line of {Length} bytes was dropped, it answers nothing")]
    public static partial void TunnelLineDropped(this ILogger logger, string transport, int length);

    [LoggerMessage(2004, LogLevel.Debug, "{Transport}: {Command} was answered after {Milliseconds:F3} ms")]
    public static partial void TunnelAnswered(this ILogger logger, string transport, string command, double milliseconds);

    [LoggerMessage(2005, LogLevel.Trace, "{Transport}: received {Line}")]
    public static partial void TunnelReceivedSensitive(this ILogger logger, string transport, string line);

    [LoggerMessage(2100, LogLevel.Information, "resume {Vmid}")]
    public static partial void ServerResume(this ILogger logger, int vmid);

    [LoggerMessage(2101, LogLevel.Warning, "{Command} was refused: {Message}")]
    public static partial void ServerRefused(this ILogger logger, string command, string message);

    [LoggerMessage(2102, LogLevel.Error, "{Command} failed: {Failure}")] // as text: an exception could not be masked
    public static partial void ServerHandlerFailed(this ILogger logger, string command, string failure);

    [LoggerMessage(2103, LogLevel.Debug, "a line of {Length} bytes is no command and gets no reply")]
    public static partial void ServerLineIgnored(this ILogger logger, int length);

    [LoggerMessage(2104, LogLevel.Warning, "the stream ended {Length} bytes into a line, which is not carried out")]
    public static partial void ServerLineCutOff(this ILogger logger, int length);

    [LoggerMessage(2105, LogLevel.Debug, "the stream ended")]
    public static partial void ServerStreamEnded(this ILogger logger);

    [LoggerMessage(2106, LogLevel.Debug, "ended after {Command}")]
    public static partial void ServerEnded(this ILogger logger, string command);

    [LoggerMessage(2107, LogLevel.Warning, "the connection broke: {Message}")]
    public static partial void ServerConnectionLost(this ILogger logger, string message);

    [LoggerMessage(2108, LogLevel.Information, "{Command} for VM {Vmid}")]
    public static partial void ServerExecute(this ILogger logger, string command, int vmid);

    [LoggerMessage(2109, LogLevel.Warning, "the client of VM {Vmid} went without quit; it may come back for {Seconds} s")]
    public static partial void ServerLeaseBegins(this ILogger logger, int vmid, double seconds);

    [LoggerMessage(2110, LogLevel.Information, "VM {Vmid} is cleaned up, its client did not come back")]
    public static partial void ServerAbandons(this ILogger logger, int vmid);

    [LoggerMessage(2111, LogLevel.Information, "VM {Vmid} is left as it is: {Why}")]
    public static partial void ServerKeeps(this ILogger logger, int vmid, string why);

    [LoggerMessage(2112, LogLevel.Error, "VM {Vmid} could not be cleaned up after its client: {Failure}")] // as text, as above
    public static partial void ServerAbandonFailed(this ILogger logger, int vmid, string failure);

    [LoggerMessage(2113, LogLevel.Warning, "the tunnel is ended: {Reason}")]
    public static partial void ServerLineStalled(this ILogger logger, string reason);

    [LoggerMessage(2200, LogLevel.Debug, "{Transport}: child {ProcessId} started")]
    public static partial void ChildStarted(this ILogger logger, string transport, int processId);

    [LoggerMessage(2201, LogLevel.Debug, "{Transport}: {Reason}")]
    public static partial void ChildEnded(this ILogger logger, string transport, string reason);

    [LoggerMessage(2202, LogLevel.Debug, "{Transport}: removed the leftover socket {Path}")]
    public static partial void SocketRemoved(this ILogger logger, string transport, string path);

    [LoggerMessage(2203, LogLevel.Warning, "{Transport}: could not remove the leftover socket {Path}: {Message}")]
    public static partial void SocketNotRemoved(this ILogger logger, string transport, string path, string message);
}
