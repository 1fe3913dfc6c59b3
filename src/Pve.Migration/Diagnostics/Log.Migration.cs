using Microsoft.Extensions.Logging;

namespace Pve.Migration.Diagnostics;

/// <summary>Every line the migrator logs. Event ids 1000 to 1999.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Migrating VM {VmId} from {Source} to {Target}")]
    public static partial void MigrationBegins(ILogger logger, int vmId, string source, string target);

    [LoggerMessage(1001, LogLevel.Debug, "VM {VmId}: {Step}")]
    public static partial void StepBegins(ILogger logger, int vmId, string step);

    [LoggerMessage(1002, LogLevel.Information, "VM {VmId} runs on {Target}, paused for {PausedMs} ms")]
    public static partial void Migrated(ILogger logger, int vmId, string target, double? pausedMs);

    [LoggerMessage(1003, LogLevel.Warning, "VM {VmId} was rolled back to its source: {Reason}")]
    public static partial void RolledBack(ILogger logger, int vmId, string reason);

    [LoggerMessage(1004, LogLevel.Error, "VM {VmId}: it cannot be proven where it runs: {Reason}")]
    public static partial void OutcomeUnknown(ILogger logger, int vmId, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "VM {VmId}: {Warning}")]
    public static partial void FellShort(ILogger logger, int vmId, string warning);

    [LoggerMessage(1006, LogLevel.Information, "VM {VmId} does not converge: {Decision}")]
    public static partial void Converging(ILogger logger, int vmId, string decision);

    [LoggerMessage(1007, LogLevel.Debug, "VM {VmId}: query-migrate failed {Count} times in a row: {Reason}")]
    public static partial void PollFailed(ILogger logger, int vmId, int count, string reason);

    [LoggerMessage(1010, LogLevel.Debug, "VM {VmId}: QEMU refused '{Decision}': {Reason}")]
    public static partial void DecisionRefused(ILogger logger, int vmId, string decision, string reason);

    [LoggerMessage(1008, LogLevel.Warning, "A progress handler threw; the migration goes on")]
    public static partial void ProgressHandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(1020, LogLevel.Information, "Recovering the migration of VM {VmId}, which came as far as {Stage}")]
    public static partial void RecoveryBegins(ILogger logger, int vmId, string stage);

    [LoggerMessage(1021, LogLevel.Information, "VM {VmId}: {Move}: {Why}")]
    public static partial void RecoveryDecides(ILogger logger, int vmId, string move, string why);

    [LoggerMessage(1009, LogLevel.Warning, "A progress handler does not return; reports are lost")]
    public static partial void ProgressHandlerStuck(ILogger logger);
}
