using Microsoft.Extensions.Logging;

namespace Pve.Qmp.Diagnostics;

/// <summary>Every line the package logs. Event ids 100 to 199; arguments and results never appear, they may hold secrets.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Debug, "Connected to QEMU {Version} at {Endpoint}, out-of-band {OutOfBand}")]
    public static partial void Connected(ILogger logger, string endpoint, QmpVersion version, bool outOfBand);

    [LoggerMessage(101, LogLevel.Debug, "The connection to {Endpoint} ended: {Reason}")]
    public static partial void Ended(ILogger logger, string endpoint, string reason);

    [LoggerMessage(102, LogLevel.Debug, "A late reply to '{Command}' from {Endpoint} was dropped; its caller had stopped waiting")]
    public static partial void LateReply(ILogger logger, string endpoint, string command);

    [LoggerMessage(103, LogLevel.Warning, "A reply from {Endpoint} with id {Id} answers no command and was dropped")]
    public static partial void UnmatchedReply(ILogger logger, string endpoint, long id);

    [LoggerMessage(104, LogLevel.Information, "QEMU at {Endpoint} does not know of '{Command}', so it was left out: {Omitted}")]
    public static partial void Omitted(ILogger logger, string endpoint, string command, IReadOnlyList<string> omitted);

    [LoggerMessage(190, LogLevel.Warning, "The conversation with {Endpoint} is not recorded; the recorder is closed, or records another one")]
    public static partial void NotRecorded(ILogger logger, string endpoint);

    [LoggerMessage(191, LogLevel.Error, "The transcript cannot be written; the conversation goes on unrecorded")]
    public static partial void RecordingFailed(ILogger logger, Exception reason);

    [LoggerMessage(110, LogLevel.Trace, "{Endpoint} <- {Command} (id {Id})")]
    public static partial void Sending(ILogger logger, string endpoint, string command, long id);

    [LoggerMessage(111, LogLevel.Trace, "{Endpoint} -> event {Name}")]
    public static partial void Event(ILogger logger, string endpoint, string name);
}
