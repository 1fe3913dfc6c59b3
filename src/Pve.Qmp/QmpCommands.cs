using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <summary>The commands this package knows by type. Any other goes by name: <see cref="QmpClient.ExecuteAsync(string, JsonElement, QmpCallOptions?, CancellationToken)"/>.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.Stop);
/// await qemu.ExecuteAsync(QmpCommands.Migrate, new MigrateUri("unix:/run/vm/100.migrate"));
/// MigrationInfo migration = await qemu.ExecuteAsync(QmpCommands.QueryMigrate);
/// </code>
/// </example>
public static class QmpCommands
{
    // query-migrate and its kin wait for QEMU's big lock, which a migration may hold for long.
    private static readonly TimeSpan Slow = TimeSpan.FromMinutes(1);

    /// <summary><c>query-version</c></summary>
    public static QmpCommand<QmpNothing, QmpVersionInfo> QueryVersion { get; } = Query("query-version", QmpJson.Default.QmpVersionInfo);

    /// <summary><c>query-status</c>: whether the guest runs.</summary>
    public static QmpCommand<QmpNothing, StatusInfo> QueryStatus { get; } = Query("query-status", QmpJson.Default.StatusInfo);

    /// <summary><c>stop</c>: pauses the guest.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> Stop { get; } = Query("stop", QmpJson.Default.QmpNothing);

    /// <summary><c>cont</c>: lets the guest run. On a target that still loads it only arms the start; success is not running.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> Continue { get; } = Query("cont", QmpJson.Default.QmpNothing);

    /// <summary><c>system_reset</c></summary>
    public static QmpCommand<QmpNothing, QmpNothing> SystemReset { get; } = Query("system_reset", QmpJson.Default.QmpNothing);

    /// <summary><c>system_wakeup</c></summary>
    public static QmpCommand<QmpNothing, QmpNothing> SystemWakeup { get; } = Query("system_wakeup", QmpJson.Default.QmpNothing);

    /// <summary><c>quit</c>: ends QEMU.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> Quit { get; } = Query("quit", QmpJson.Default.QmpNothing);

    /// <summary><c>query-migrate</c></summary>
    public static QmpCommand<QmpNothing, MigrationInfo> QueryMigrate { get; } = Query("query-migrate", QmpJson.Default.MigrationInfo) with { ReplyTimeout = Slow };

    /// <summary><c>query-migrate-capabilities</c></summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<MigrationCapabilityStatus>> QueryMigrateCapabilities { get; }
        = Query("query-migrate-capabilities", QmpJson.Default.IReadOnlyListMigrationCapabilityStatus);

    /// <summary><c>migrate-set-capabilities</c></summary>
    public static QmpCommand<MigrateSetCapabilities, QmpNothing> MigrateSetCapabilities { get; }
        = Command("migrate-set-capabilities", QmpJson.Default.MigrateSetCapabilities);

    /// <summary><c>query-migrate-parameters</c></summary>
    public static QmpCommand<QmpNothing, MigrationParameters> QueryMigrateParameters { get; }
        = Query("query-migrate-parameters", QmpJson.Default.MigrationParameters);

    /// <summary><c>migrate-set-parameters</c></summary>
    public static QmpCommand<MigrationParameters, QmpNothing> MigrateSetParameters { get; }
        = Command("migrate-set-parameters", QmpJson.Default.MigrationParameters);

    /// <summary><c>migrate</c>: begins to send. It succeeds before the channel is open; a refused address shows only in the status.</summary>
    public static QmpCommand<MigrateUri, QmpNothing> Migrate { get; } = Command("migrate", QmpJson.Default.MigrateUri);

    /// <summary><c>migrate-incoming</c>: begins to listen, on a QEMU that was started with <c>-incoming defer</c>.</summary>
    public static QmpCommand<MigrateUri, QmpNothing> MigrateIncoming { get; } = Command("migrate-incoming", QmpJson.Default.MigrateUri);

    /// <summary><c>migrate-continue</c>: goes on from pre-switchover.</summary>
    public static QmpCommand<MigrateContinue, QmpNothing> MigrateContinue { get; } = Command("migrate-continue", QmpJson.Default.MigrateContinue);

    /// <summary><c>migrate_cancel</c></summary>
    public static QmpCommand<QmpNothing, QmpNothing> MigrateCancel { get; } = Query("migrate_cancel", QmpJson.Default.QmpNothing);

    /// <summary><c>query-memory-size-summary</c></summary>
    public static QmpCommand<QmpNothing, MemorySizeSummary> QueryMemorySizeSummary { get; }
        = Query("query-memory-size-summary", QmpJson.Default.MemorySizeSummary);

    /// <summary><c>pmemsave</c>: writes physical memory to a file on QEMU's host.</summary>
    public static QmpCommand<MemorySave, QmpNothing> PhysicalMemorySave { get; } = Command("pmemsave", QmpJson.Default.MemorySave) with { ReplyTimeout = Slow };

    /// <summary><c>qom-get</c>: reads a property of an object.</summary>
    public static QmpCommand<QomProperty, JsonElement> QomGet { get; } = new("qom-get", QmpJson.Default.QomProperty, QmpJson.Default.JsonElement);

    /// <summary><c>human-monitor-command</c>: text in, text out; neither is a stable interface.</summary>
    public static QmpCommand<MonitorCommand, string> HumanMonitorCommand { get; }
        = new("human-monitor-command", QmpJson.Default.MonitorCommand, QmpJson.Default.String);

    /// <summary><c>query-yank</c>: what can be cut off.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<YankInstance>> QueryYank { get; }
        = Query("query-yank", QmpJson.Default.IReadOnlyListYankInstance) with { AllowOutOfBand = true };

    /// <summary><c>yank</c>: cuts connections off without waiting for them, even while QEMU's lock is held.</summary>
    public static QmpCommand<YankArguments, QmpNothing> Yank { get; } = Command("yank", QmpJson.Default.YankArguments) with { AllowOutOfBand = true };

    private static QmpCommand<QmpNothing, TResult> Query<TResult>(string name, JsonTypeInfo<TResult> result)
        => new(name, QmpJson.Default.QmpNothing, result);

    private static QmpCommand<TArguments, QmpNothing> Command<TArguments>(string name, JsonTypeInfo<TArguments> arguments)
        => new(name, arguments, QmpJson.Default.QmpNothing);
}
