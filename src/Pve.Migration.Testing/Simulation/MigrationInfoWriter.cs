using System.Text.Json;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>Writes the source's answer to <c>query-migrate</c> as QEMU 7.2 does: figures while it flows and when it is completed, and only then.</summary>
internal static class MigrationInfoWriter
{
    public static void Write(
        Utf8JsonWriter json, MigrationStatus status, RamModel? ram, MigrationTotals totals, TimeSpan expectedDowntime, double rate, long throttle, string? error)
    {
        json.WriteStartObject();
        if (status != MigrationStatus.None)
        {
            json.WriteString("status"u8, status.Value);
        }

        var isCompleted = status == MigrationStatus.Completed;
        var flows = status == MigrationStatus.Active || status == MigrationStatus.PreSwitchover
            || status == MigrationStatus.Device || status == MigrationStatus.PostcopyActive || status == MigrationStatus.Cancelling;
        if (ram is not null && (flows || isCompleted))
        {
            Milliseconds(json, "setup-time", totals.Setup);
            Milliseconds(json, "total-time", totals.Total);
            Milliseconds(json, isCompleted ? "downtime" : "expected-downtime", isCompleted ? totals.Downtime : expectedDowntime);
            if (throttle > 0 && !isCompleted)
            {
                json.WriteNumber("cpu-throttle-percentage"u8, throttle);
            }

            WriteRam(json, ram, totals, isCompleted, rate);
        }

        if (status == MigrationStatus.Failed && error is not null)
        {
            json.WriteString("error-desc"u8, error);
        }

        json.WriteEndObject();
    }

    private static void WriteRam(Utf8JsonWriter json, RamModel ram, MigrationTotals totals, bool isCompleted, double rate)
    {
        var transferred = ram.Sent + totals.DeviceBytes;
        var measured = totals.Total - totals.Setup >= TimeSpan.FromMilliseconds(100) && ram.Rate > 0;
        var seconds = Math.Max(0.001, totals.Total.TotalSeconds);
        var bytesPerSecond = isCompleted ? transferred / seconds : measured ? rate : 0;
        json.WriteStartObject("ram"u8);
        json.WriteNumber("total"u8, ram.Total);
        json.WriteNumber("postcopy-requests"u8, 0);
        json.WriteNumber("dirty-sync-count"u8, ram.Pass);
        json.WriteNumber("multifd-bytes"u8, 0);
        json.WriteNumber("pages-per-second"u8, (long)(bytesPerSecond / RamModel.PageSize));
        json.WriteNumber("downtime-bytes"u8, ram.SentPaused);
        json.WriteNumber("page-size"u8, RamModel.PageSize);
        json.WriteNumber("remaining"u8, isCompleted ? 0 : ram.Remaining);
        json.WriteNumber("postcopy-bytes"u8, 0);
        json.WriteNumber("mbps"u8, bytesPerSecond * 8 / 1_000_000);
        json.WriteNumber("transferred"u8, transferred);
        json.WriteNumber("dirty-sync-missed-zero-copy"u8, 0);
        json.WriteNumber("precopy-bytes"u8, ram.Sent - ram.SentPaused);
        json.WriteNumber("duplicate"u8, 0);
        json.WriteNumber("dirty-pages-rate"u8, ram.DirtyPagesPerSecond);
        json.WriteNumber("skipped"u8, 0);
        json.WriteNumber("normal-bytes"u8, ram.Sent);
        json.WriteNumber("normal"u8, ram.Sent / RamModel.PageSize);
        json.WriteEndObject();
    }

    private static void Milliseconds(Utf8JsonWriter json, string name, TimeSpan span) => json.WriteNumber(name, (long)span.TotalMilliseconds);
}
