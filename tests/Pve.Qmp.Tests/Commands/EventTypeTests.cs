using System.Text.Json;
using Pve.Qmp.Commands;

namespace Pve.Qmp.Tests.Commands;

public sealed class EventTypeTests
{
    [Fact]
    public void Another_event_is_not_read()
    {
        Assert.False(QmpEvents.Migration.TryRead(Event("MIGRATION_PASS", """{"pass": 1}"""), out var data));
        Assert.Null(data);
    }

    [Fact]
    public void Data_is_read()
    {
        Assert.True(QmpEvents.Migration.TryRead(Event("MIGRATION", """{"status": "postcopy-device", "more": 1}"""), out var migration));
        Assert.Equal(("postcopy-device", 1), (migration.Status.Value, migration.Others!["more"].GetInt32()));
        Assert.True(QmpEvents.Shutdown.TryRead(Event("SHUTDOWN", """{"guest": true, "reason": "guest-shutdown"}"""), out var shutdown));
        Assert.Equal(new ShutdownEvent { Guest = true, Reason = ShutdownCause.GuestShutdown }, shutdown);
        Assert.True(QmpEvents.GuestPanicked.TryRead(Event("GUEST_PANICKED", """{"action": "pause", "info": {"type": "hyper-v", "arg1": 18446744073709551615}}"""), out var panic));
        Assert.Equal(ulong.MaxValue, panic.Info!.Arg1);
        Assert.True(QmpEvents.BlockJobReady.TryRead(Event("BLOCK_JOB_READY", """{"device": "m", "len": 8, "offset": 8, "speed": 0, "type": "mirror"}"""), out var ready));
        Assert.Equal(new BlockJobEvent { Type = JobType.Mirror, Device = "m", Len = 8, Offset = 8 }, ready);
    }

    [Fact]
    public void An_event_without_data_is_read()
    {
        Assert.True(QmpEvents.Stop.TryRead(Event("STOP", null), out _));
        Assert.True(QmpEvents.DeviceDeleted.TryRead(Event("DEVICE_DELETED", null), out var deleted));
        Assert.Equal(("", null), (deleted.Path, deleted.Device));
    }

    [Theory]
    [InlineData("""{"pass": "one"}""")]
    [InlineData("""{"pass": 1e300}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void Data_of_another_shape_concerns_the_event_alone(string data)
    {
        var failure = Assert.Throws<QmpProtocolException>(() => QmpEvents.MigrationPass.TryRead(Event("MIGRATION_PASS", data), out _));
        Assert.True(failure.ConnectionUsable);
        Assert.Contains("MIGRATION_PASS", failure.Message, StringComparison.Ordinal);
    }

    private static QmpEvent Event(string name, string? data)
        => new(name, DateTimeOffset.MinValue, data is null ? default : JsonElement.Parse(data), 0);
}
