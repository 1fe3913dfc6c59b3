using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Integration.Tests.Qmp;

/// <summary>Migration, devices, networks and character devices of a real QEMU, typed.</summary>
public sealed class TypedCommandTests
{
    [Fact]
    public async Task Parameters_are_set_as_they_are_read()
    {
        await using var qemu = await QmpMachine.StartAsync(null);
        var before = await qemu.DoAsync(QmpCommands.QueryMigrateParameters);
        Assert.Null(before.Others); // nothing that this package does not know
        var changed = before with
        {
            MaxBandwidth = 1 << 30,
            DowntimeLimit = TimeSpan.FromMilliseconds(150),
            AnnounceInitial = TimeSpan.FromMilliseconds(60),
            CpuThrottleTailslow = true,
            MultifdCompression = MultifdCompression.Zlib,
            BlockBitmapMapping = [new("disk", "d", [new("b", "x") { Transform = new() { Persistent = true } }])],
        };
        await qemu.DoAsync(QmpCommands.MigrateSetParameters, changed);
        var after = await qemu.DoAsync(QmpCommands.QueryMigrateParameters);
        Assert.Equal(changed.BlockBitmapMapping[0].Bitmaps, after.BlockBitmapMapping![0].Bitmaps);
        Assert.Equal(changed with { BlockBitmapMapping = null }, after with { BlockBitmapMapping = null });
    }

    [Fact]
    public async Task A_migration_is_followed_by_its_events()
    {
        await using var qemu = await QmpMachine.StartAsync(null);
        await qemu.DoAsync(QmpCommands.MigrateSetCapabilities, new([new(MigrationCapability.Events, true), new(MigrationCapability.Xbzrle, true)]));
        Assert.Contains(new(MigrationCapability.Events, true), await qemu.DoAsync(QmpCommands.QueryMigrateCapabilities));
        using var events = qemu.Client.Subscribe(QmpEvents.Migration.Name, QmpEvents.MigrationPass.Name, QmpEvents.Stop.Name);

        await qemu.DoAsync(QmpCommands.Migrate, new("exec:cat > /dev/null"));
        Assert.Equal(MigrationStatus.Setup, (await qemu.WaitAsync(events, QmpEvents.Migration, _ => true)).Status);
        Assert.Equal(1, (await qemu.WaitAsync(events, QmpEvents.MigrationPass, _ => true)).Pass);
        await qemu.WaitAsync(events, QmpEvents.Migration, change => change.Status == MigrationStatus.Completed);
        var info = await qemu.DoAsync(QmpCommands.QueryMigrate);
        Assert.Equal((MigrationStatus.Completed, null, null), (info.Status, info.Others, info.Ram!.Others));
        Assert.True(info.XbzrleCache!.CacheSize > 0);
        Assert.InRange(info.Ram.Transferred, 1, info.Ram.Total);
    }

    [Fact]
    public async Task Devices_come_and_go()
    {
        await using var qemu = await QmpMachine.StartAsync(null);
        using var events = qemu.Client.Subscribe(QmpEvents.DeviceDeleted.Name, QmpEvents.Reset.Name);
        await qemu.DoAsync(QmpCommands.ObjectAdd, new IothreadObject("t0") { PollMax = TimeSpan.FromMicroseconds(8) });
        await qemu.DoAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsNullCo { NodeName = "disk", Size = 1 << 20, Latency = TimeSpan.FromMilliseconds(1) });
        await qemu.DoAsync(QmpCommands.DeviceAdd, new("virtio-blk-pci") { Id = "v0", Others = new() { { "drive", "disk" }, { "iothread", "t0" }, { "bootindex", 1 }, { "share-rw", true } } });
        Assert.Contains((await qemu.DoAsync(QmpCommands.QueryPci))[0].Devices, device => device.QdevId == "v0");
        Assert.Equal("disk", Assert.Single(await qemu.DoAsync(QmpCommands.QueryBlock), drive => drive.Qdev!.Contains("v0", StringComparison.Ordinal)).Inserted!.NodeName);

        await qemu.DoAsync(QmpCommands.SetAction, new() { Reboot = RebootAction.Reset });
        await qemu.DoAsync(QmpCommands.DeviceDel, new("v0"));
        await qemu.DoAsync(QmpCommands.SystemReset); // a guest that does not run lets it go at its reset
        Assert.Equal("v0", (await qemu.WaitAsync(events, QmpEvents.DeviceDeleted, gone => gone.Device is not null)).Device);
    }

    [Fact]
    public async Task Networks_are_plugged_and_announced()
    {
        await using var qemu = await QmpMachine.StartAsync(null);
        await qemu.DoAsync(QmpCommands.NetdevAdd, new NetdevUser("net0") { Restrict = true, Hostname = "guest", Dnssearch = [new("example.org")] });
        await qemu.DoAsync(QmpCommands.NetdevAdd, new NetdevHubport("port0", 3));
        await qemu.DoAsync(QmpCommands.DeviceAdd, new("virtio-net-pci") { Id = "nic0", Others = new() { { "netdev", "net0" }, { "mac", "52:54:00:00:00:01" } } });
        Assert.Equal("52:54:00:00:00:01", Assert.Single(await qemu.DoAsync(QmpCommands.QueryRxFilter, new() { Name = "nic0" })).MainMac);
        await qemu.DoAsync(QmpCommands.SetLink, new("nic0", false));
        await qemu.DoAsync(QmpCommands.AnnounceSelf, new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(550), 2, TimeSpan.FromMilliseconds(50)) { Interfaces = ["nic0"] });
        await qemu.DoAsync(QmpCommands.NetdevDel, new("port0"));
    }

    [Fact]
    public async Task Character_devices_are_connected_elsewhere()
    {
        await using var qemu = await QmpMachine.StartAsync(null);
        var terminal = (await qemu.DoAsync(QmpCommands.ChardevAdd, new("pty", ChardevBackend.Pty()))).Pty;
        Assert.StartsWith("/dev/", terminal, StringComparison.Ordinal);
        Assert.Null((await qemu.DoAsync(QmpCommands.ChardevAdd, new("c", ChardevBackend.Socket(new(SocketAddress.Unix(qemu.Path("c"))) { Wait = false })))).Pty);
        await qemu.DoAsync(QmpCommands.ChardevAdd, new("r", ChardevBackend.Ringbuf(new() { Size = 4096 })));
        var labels = (await qemu.DoAsync(QmpCommands.QueryChardev)).Select(chardev => chardev.Label);
        Assert.Equal(["c", "pty", "r"], labels.Intersect(["pty", "c", "r"]).Order());
        await qemu.DoAsync(QmpCommands.ChardevRemove, new("pty"));
        await qemu.DoAsync(QmpCommands.ChardevRemove, new("r"));
    }

    [Fact]
    public async Task What_happens_to_the_guest_is_chosen_and_told()
    {
        await using var qemu = await QmpMachine.StartAsync(null);
        using var events = qemu.Client.Subscribe(QmpEvents.Reset.Name, QmpEvents.Resume.Name, QmpEvents.Stop.Name, QmpEvents.Powerdown.Name, QmpEvents.Shutdown.Name);
        await qemu.DoAsync(QmpCommands.SetAction, new() { Panic = PanicAction.Pause, Watchdog = WatchdogAction.InjectNmi, Reboot = RebootAction.Reset });
        await qemu.DoAsync(QmpCommands.SystemReset);
        Assert.Equal(new() { Guest = false, Reason = ShutdownCause.HostQmpSystemReset }, await qemu.WaitAsync(events, QmpEvents.Reset, _ => true));
        await qemu.DoAsync(QmpCommands.Continue);
        await qemu.WaitAsync(events, QmpEvents.Resume, _ => true);
        await qemu.DoAsync(QmpCommands.SystemPowerdown);
        await qemu.WaitAsync(events, QmpEvents.Powerdown, _ => true);
        await qemu.DoAsync(QmpCommands.Stop);
        await qemu.WaitAsync(events, QmpEvents.Stop, _ => true);
        Assert.Contains("paused", await qemu.DoAsync(QmpCommands.HumanMonitorCommand, new("info status")), StringComparison.Ordinal);
        await qemu.DoAsync(QmpCommands.Quit);
        Assert.Equal(ShutdownCause.HostQmpQuit, (await qemu.WaitAsync(events, QmpEvents.Shutdown, _ => true)).Reason);
    }
}
