using Microsoft.Extensions.Logging;

namespace Pve.Migration.Diagnostics;

// Event ids 2210-2299: what carries the tunnel. Paths and fingerprints are no secrets; tickets and tokens are.
internal static partial class Log
{
    [LoggerMessage(2210, LogLevel.Debug, "{Transport}: connected")]
    public static partial void CarrierConnected(this ILogger logger, string transport);

    [LoggerMessage(2211, LogLevel.Debug, "{Transport}: ended: {Reason}")]
    public static partial void CarrierEnded(this ILogger logger, string transport, string reason);

    [LoggerMessage(2212, LogLevel.Debug, "{Transport}: {LocalPath} leads to {RemotePath}")]
    public static partial void ForwardListens(this ILogger logger, string transport, string localPath, string remotePath);

    [LoggerMessage(2213, LogLevel.Warning, "{Transport}: a connection to {LocalPath} does not reach {RemotePath}: {Message}")]
    public static partial void ForwardFailed(this ILogger logger, string transport, string localPath, string remotePath, string message);

    [LoggerMessage(2214, LogLevel.Debug, "{Transport}: a connection of {LocalPath} broke: {Message}")]
    public static partial void ForwardBroke(this ILogger logger, string transport, string localPath, string message);

    [LoggerMessage(2215, LogLevel.Debug, "{Transport}: accepting failed and is tried again: {Message}")]
    public static partial void AcceptFailed(this ILogger logger, string transport, string message);

    [LoggerMessage(2216, LogLevel.Warning, "{Transport}: a client was turned away: {Message}")]
    public static partial void ClientTurnedAway(this ILogger logger, string transport, string message);

    [LoggerMessage(2217, LogLevel.Warning, "a channel was refused: {Message}")]
    public static partial void ChannelRefused(this ILogger logger, string message);

    [LoggerMessage(2218, LogLevel.Debug, "a channel to {Path} opened")]
    public static partial void ChannelOpened(this ILogger logger, string path);

    [LoggerMessage(2219, LogLevel.Debug, "a channel to {Path} broke: {Message}")]
    public static partial void ChannelBroke(this ILogger logger, string path, string message);

    [LoggerMessage(2220, LogLevel.Warning, "serving a connection failed: {Message}")]
    public static partial void ServingFailed(this ILogger logger, string message);
}
