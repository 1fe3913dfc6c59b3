using Pve.Migration;
using static Pve.Integration.Tests.Target.TargetBench;

namespace Pve.Integration.Tests.Target;

/// <summary>The commands beside start and disk.</summary>
public sealed class TargetCommandTests
{
    private const string Config = "# a web server\nlock: backup\nmemory: 64\n\n[before]\nlock: snapshot\nmemory: 32\n";

    [Fact]
    public async Task A_configuration_is_kept_locked_until_it_is_unlocked()
    {
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options()));
        await TellAsync(client, "unlock"); // nothing to unlock is no error
        await TellAsync(client, "config", $$"""{"conf": "{{Config.Replace("\n", "\\n", StringComparison.Ordinal)}}", "firewall-config": "[OPTIONS]\n"}""");

        Assert.Equal("lock: migrate\n# a web server\nmemory: 64\n\n[before]\nlock: snapshot\nmemory: 32\n", await ReadAsync(bench.Paths.Config));
        Assert.Equal("[OPTIONS]\n", await ReadAsync(bench.Paths.Firewall));
        AssertPrivate(bench.Paths.Config);
        await TellAsync(client, "unlock");
        Assert.Equal("# a web server\nmemory: 64\n\n[before]\nlock: snapshot\nmemory: 32\n", await ReadAsync(bench.Paths.Config));
        await client.QuitAndCleanUpAsync(Cancellation);
        Assert.True(File.Exists(bench.Paths.Config)); // unlocked, it has arrived
    }

    [Fact]
    public async Task A_client_of_Proxmox_VE_is_served_for_a_VM_without_firewall_and_agent()
    {
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options()));
        await TellAsync(client, "config", """{"conf": "memory: 64\n", "firewall-config": null}""");
        Assert.False(File.Exists(bench.Paths.Firewall));
        await TellAsync(client, "fstrim"); // it has moved by then
    }

    [Fact]
    public async Task The_state_of_its_replication_is_kept()
    {
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options()));
        await TellAsync(client, "bwlimit"); // its capabilities are known once it answers
        Assert.True(client.Can("set-replication-state"));
        await TellAsync(client, "set-replication-state", """{"state": {"local/a": {"last_sync": 1}}}""");
        Assert.Equal("""{"local/a": {"last_sync": 1}}""", (await ReadAsync(bench.Paths.Replication)).Replace(":{", ": {", StringComparison.Ordinal).Replace(":1", ": 1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "{}", "")]
    [InlineData(null, """{"bwlimit": 5}""", "5")]
    [InlineData(100, "{}", "102400")]
    [InlineData(100, """{"storages": ["local"], "bwlimit": "5"}""", "5")]
    [InlineData(100, """{"bwlimit": 0}""", "102400")]
    [InlineData(100, """{"operation": "migration", "storages": ["local"], "bwlimit": null}""", "102400")]
    [InlineData(100, """{"bwlimit": 999999}""", "102400")]
    public async Task The_lower_limit_is_told(int? here, string asked, string limit)
    {
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options() with { BandwidthMiB = here }));
        var answer = await TellAsync(client, "bwlimit", asked);
        Assert.Equal(limit, answer.TryGetProperty("bwlimit", out var value) ? value.GetRawText() : "");
        Assert.Contains("bwlimit: KiB a second", await RefusedAsync(client, "bwlimit", """{"bwlimit": -1}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tickets_are_for_sockets_that_were_handed_out_while_they_are()
    {
        await RealQemu.RequireAsync();
        await using var bench = new TargetBench();
        var client = await bench.OpenAsync(bench.NewHost(bench.Options(Template())));
        await Assert.ThrowsAsync<MtunnelRefusedException>(() => client.RequestTicketAsync(bench.Paths.Migration, Cancellation));
        await TellAsync(client, "start", Start);

        Assert.NotEqual(await client.RequestTicketAsync(bench.Paths.Migration, Cancellation), await client.RequestTicketAsync(bench.Paths.Migration, Cancellation));

        await Assert.ThrowsAsync<MtunnelRefusedException>(() => client.RequestTicketAsync(bench.Paths.Monitor, Cancellation));
        await TellAsync(client, "stop");
        await Assert.ThrowsAsync<MtunnelRefusedException>(() => client.RequestTicketAsync(bench.Paths.Migration, Cancellation));
    }

    [Fact]
    public async Task A_QEMU_of_an_earlier_mtunnel_is_stopped_and_leaves_no_socket()
    {
        await RealQemu.RequireAsync();
        await using var bench = new TargetBench();
        await using (var earlier = new Mtunnel.Hosting.TargetHost(bench.Options(Template())))
        {
            await TellAsync(await bench.OpenAsync(earlier), "start", Start);
        }

        Assert.Single(bench.Processes());
        var client = await bench.OpenAsync(bench.NewHost(bench.Options(Template())));
        Assert.Equal("inmigrate", (await TellAsync(client, "status")).GetProperty("status").GetString());
        await TellAsync(client, "stop");
        Assert.All(bench.Paths.Sockets, socket => Assert.False(File.Exists(socket), socket));
    }

    [Fact]
    public async Task What_lacks_its_folder_or_template_is_not_offered()
    {
        await using var bench = new TargetBench();
        await using var host = new Mtunnel.Hosting.TargetHost(new() { Folders = new(bench.Monitors) });
        Assert.Equal(["bwlimit", "nbdstop", "resume-when-completed", "status", "stop"], host.Commands.Order(StringComparer.Ordinal));
        await using var full = new Mtunnel.Hosting.TargetHost(bench.Options(Template()));
        Assert.Equal(
            ["bwlimit", "config", "disk", "fstrim", "nbdstop", "resume-when-completed", "set-replication-state", "start", "status", "stop", "ticket", "unlock"],
            full.Commands.Order(StringComparer.Ordinal));
    }

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(file, Cancellation);
}
