using System.Diagnostics;
using System.Text.Json;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Integration.Tests.Qmp;

/// <summary>What a real QEMU says it can do.</summary>
public sealed class QmpSchemaTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_schema_is_read_whole_and_keeps_its_size_small()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var client = await ConnectAsync(qemu);
        var raw = await client.ExecuteAsync("query-qmp-schema", cancellationToken: Ct);
        var schema = await client.GetSchemaAsync(Ct);
        Assert.Equal(Names(raw, "command"), schema.Commands);
        Assert.Equal(Names(raw, "event"), schema.Events);
        Assert.Equal(Names(await client.ExecuteAsync("query-commands", cancellationToken: Ct), null), schema.Commands);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var copy = QmpSchema.Parse(raw);
        var size = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(copy);
        TestContext.Current.TestOutputHelper?.WriteLine($"{raw.GetRawText().Length} bytes of JSON are {size} bytes of schema");
        Assert.InRange(size, 50_000, 1_000_000); // other tests allocate too
    }

    [Fact]
    public async Task Real_questions_are_answered()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var client = await ConnectAsync(qemu);
        var schema = await client.GetSchemaAsync(Ct);
        Assert.True(schema.HasCommand("migrate"));
        Assert.False(schema.HasCommand("emigrate"));
        Assert.True(schema.HasEvent("STOP"));
        Assert.True(schema.HasEventMember("BLOCK_JOB_COMPLETED", "device"));
        Assert.True(schema.HasArgument("migrate", "uri"));
        Assert.True(schema.HasArgument("blockdev-add", "backing.file.filename"));
        Assert.True(schema.HasArgument("blockdev-add", string.Concat(Enumerable.Repeat("backing.", 50)) + "node-name"));
        Assert.True(schema.HasReturnMember("query-migrate", "ram.dirty-sync-count"));
        Assert.True(schema.HasEnumValue("migrate-set-capabilities", "capabilities.capability", "return-path"));
        Assert.False(schema.HasEnumValue("migrate-set-capabilities", "capabilities.capability", "teleport"));
        Assert.True(schema.HasEnumValue("query-status", "status", "inmigrate"));
        Assert.True(schema.HasFeature("blockdev-add", "", "dynamic-auto-read-only"));
        Assert.True(schema.AllowsOutOfBand("migrate-recover"));
        Assert.False(schema.AllowsOutOfBand("migrate"));
    }

    [Fact]
    public async Task A_capability_that_this_QEMU_lacks_is_left_out_and_the_others_are_set()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var client = await ConnectAsync(qemu);
        var wanted = new MigrateSetCapabilities([new(MigrationCapability.Events, true), new(new MigrationCapability("teleport"), true)]);
        var refusal = await Assert.ThrowsAsync<QmpCommandException>(
            () => client.ExecuteAsync(QmpCommands.MigrateSetCapabilities, wanted, cancellationToken: Ct));
        Assert.Contains("teleport", refusal.Description, StringComparison.Ordinal);

        var omitted = new List<string>();
        await client.ExecuteAsync(QmpCommands.MigrateSetCapabilities, wanted, new QmpCallOptions { OmitUnknown = true, Omitted = omitted.AddRange }, Ct);
        Assert.Equal(["capabilities[1] (teleport)"], omitted);
        Assert.Contains(new(MigrationCapability.Events, true), await client.ExecuteAsync(QmpCommands.QueryMigrateCapabilities, cancellationToken: Ct));
    }

    [Fact]
    public async Task A_disk_is_added_without_what_this_QEMU_does_not_know()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var client = await ConnectAsync(qemu);
        var omitted = new List<string>();
        var disk = JsonElement.Parse("""
            {"driver": "raw", "node-name": "top", "teleport": true, "file": {"driver": "null-co", "node-name": "bottom", "size": 65536, "detect-zeroes": "sometimes"}}
            """);
        await client.ExecuteAsync("blockdev-add", disk, new QmpCallOptions { OmitUnknown = true, Omitted = omitted.AddRange }, Ct);
        Assert.Equal(["teleport", "file.detect-zeroes (sometimes)"], omitted);
        var nodes = await client.ExecuteAsync("query-named-block-nodes", cancellationToken: Ct);
        Assert.Equal(["bottom", "top"], nodes.EnumerateArray().Select(node => node.GetProperty("node-name").GetString()).Order());
    }

    // Both greet with the same version and package, and so do not with the same commands.
    [Fact]
    public async Task A_storage_daemon_of_the_same_package_has_a_schema_of_its_own()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var client = await ConnectAsync(qemu);
        var schema = await client.GetSchemaAsync(Ct);

        var socket = Path.Combine(qemu.Directory, "storage");
        using var daemon = Process.Start("qemu-storage-daemon", ["--chardev", $"socket,id=m,path={socket},server=on,wait=on", "--monitor", "chardev=m"]);
        try
        {
            await using var storage = await ConnectWhenItListensAsync(socket);
            Assert.Equal(client.Greeting.Version, storage.Greeting.Version);
            var other = await storage.GetSchemaAsync(Ct);
            Assert.False(other.HasCommand("query-status"));
            Assert.True(schema.HasCommand("query-status"));
            Assert.True(other.HasCommand("blockdev-add"));
        }
        finally
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static Task<QmpClient> ConnectAsync(QemuProcess qemu) => QmpClient.ConnectAsync(QmpEndpoint.Unix(qemu.Monitor("m")), cancellationToken: Ct);

    private static async Task<QmpClient> ConnectWhenItListensAsync(string socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        while (true)
        {
            try
            {
                return await QmpClient.ConnectAsync(QmpEndpoint.Unix(socket), cancellationToken: Ct);
            }
            catch (QmpConnectionException) when (!deadline.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Ct);
            }
        }
    }

    private static IEnumerable<string> Names(JsonElement entries, string? metaType)
        => entries.EnumerateArray()
            .Where(entry => metaType is null || entry.GetProperty("meta-type").GetString() == metaType)
            .Select(entry => entry.GetProperty("name").GetString()!)
            .Order(StringComparer.Ordinal);
}
