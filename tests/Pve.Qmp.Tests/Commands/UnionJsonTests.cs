using System.Text.Json;
using Pve.Qmp.Commands;
using static Pve.Qmp.Tests.Commands.CommandJsonTests;

namespace Pve.Qmp.Tests.Commands;

/// <summary>Arguments that come in cases: typed where this package knows the case, and open for the rest.</summary>
public sealed class UnionJsonTests
{
    [Fact]
    public void Block_nodes()
    {
        Writes(QmpCommands.BlockdevAdd,
            new BlockdevOptionsQcow2(new BlockdevOptionsFile("/i") { Locking = OnOffAuto.Off }) { NodeName = "n", Backing = "base", CacheCleanInterval = TimeSpan.FromMinutes(1) },
            """{"execute":"blockdev-add","arguments":{"driver":"qcow2","file":{"driver":"file","filename":"/i","locking":"off"},"backing":"base","cache-clean-interval":60,"node-name":"n"},"id":7}""");
        Writes(QmpCommands.BlockdevAdd, new BlockdevOptionsQcow2("f") { NodeName = "n", Backing = BlockdevRef.None },
            """{"execute":"blockdev-add","arguments":{"driver":"qcow2","file":"f","backing":null,"node-name":"n"},"id":7}""");
        Writes(QmpCommands.BlockdevAdd, new BlockdevOptionsNbd(SocketAddress.Unix("/s")) { Export = "e" },
            """{"execute":"blockdev-add","arguments":{"driver":"nbd","server":{"type":"unix","path":"/s"},"export":"e"},"id":7}""");
        Writes(QmpCommands.BlockdevAdd, new BlockdevOptionsOther("rbd") { NodeName = "n", Others = new() { { "pool", "p" }, { "debug", 1 }, { "on", true } } },
            """{"execute":"blockdev-add","arguments":{"driver":"rbd","node-name":"n","pool":"p","debug":1,"on":true},"id":7}""");
        Writes(QmpCommands.BlockdevReopen, new([new BlockdevOptionsRaw("f") { NodeName = "n" }]),
            """{"execute":"blockdev-reopen","arguments":{"options":[{"driver":"raw","file":"f","node-name":"n"}]},"id":7}""");
    }

    [Fact]
    public void Exports_and_the_older_form_of_addresses()
    {
        Writes(QmpCommands.BlockExportAdd, new BlockExportOptionsNbd("x", "n") { Writable = true, Bitmaps = ["b", new("c", "m")] },
            """{"execute":"block-export-add","arguments":{"type":"nbd","bitmaps":["b",{"node":"m","name":"c"}],"id":"x","node-name":"n","writable":true},"id":7}""");
        Writes(QmpCommands.BlockExportAdd, new BlockExportOptionsOther(new("new"), "x", "n"),
            """{"execute":"block-export-add","arguments":{"type":"new","id":"x","node-name":"n"},"id":7}""");
        Writes(QmpCommands.NbdServerStart, new(SocketAddress.Inet("::", "0")) { HandshakeMax = TimeSpan.FromSeconds(5) },
            """{"execute":"nbd-server-start","arguments":{"addr":{"type":"inet","data":{"host":"::","port":"0"}},"handshake-max-seconds":5},"id":7}""");
        Assert.Equal(SocketAddress.Fd("f"),
            JsonSerializer.Deserialize("""{"addr":{"type":"fd","data":{"str":"f"}}}""", QmpCommands.NbdServerStart.Arguments)!.Addr);
    }

    [Fact]
    public void Transactions()
    {
        Writes(QmpCommands.Transaction,
            new([TransactionAction.BlockDirtyBitmapClear(new("n", "b")), TransactionAction.Abort(), new("drive-backup", JsonElement.Parse("""{"device":"d"}"""))])
            {
                Properties = new() { CompletionMode = ActionCompletionMode.Grouped },
            },
            """{"execute":"transaction","arguments":{"actions":[{"type":"block-dirty-bitmap-clear","data":{"node":"n","name":"b"}},{"type":"abort","data":{}},{"type":"drive-backup","data":{"device":"d"}}],"properties":{"completion-mode":"grouped"}},"id":7}""");
        Writes(QmpCommands.BlockDirtyBitmapMerge, new("n", "sum", ["a", new("b", "m")]),
            """{"execute":"block-dirty-bitmap-merge","arguments":{"node":"n","target":"sum","bitmaps":["a",{"node":"m","name":"b"}]},"id":7}""");
    }

    [Fact]
    public void Migration_channels()
    {
        Writes(QmpCommands.Migrate, new() { Channels = [new(MigrationChannelType.Main, MigrationAddress.Socket(SocketAddress.Vsock("2", "9")))], Resume = true },
            """{"execute":"migrate","arguments":{"resume":true,"channels":[{"channel-type":"main","addr":{"transport":"socket","type":"vsock","port":"9","cid":"2"}}]},"id":7}""");
        Writes(QmpCommands.MigrateIncoming, new() { Channels = [new(MigrationChannelType.Main, MigrationAddress.File("/f", 8))], ExitOnError = false },
            """{"execute":"migrate-incoming","arguments":{"channels":[{"channel-type":"main","addr":{"transport":"file","filename":"/f","offset":8}}],"exit-on-error":false},"id":7}""");
        Writes(QmpCommands.Migrate, new() { Channels = [new(MigrationChannelType.Main, MigrationAddress.Exec("cat", "-u"))] },
            """{"execute":"migrate","arguments":{"channels":[{"channel-type":"main","addr":{"transport":"exec","args":["cat","-u"]}}]},"id":7}""");
    }

    [Fact]
    public void Character_devices_networks_objects_and_devices()
    {
        Writes(QmpCommands.ChardevAdd, new("c", ChardevBackend.Socket(new(SocketAddress.Unix("/s")) { Wait = false, ReconnectPrecisely = TimeSpan.FromMilliseconds(20) })),
            """{"execute":"chardev-add","arguments":{"id":"c","backend":{"type":"socket","data":{"addr":{"type":"unix","data":{"path":"/s"}},"wait":false,"reconnect-ms":20}}},"id":7}""");
        Writes(QmpCommands.ChardevAdd, new("c", ChardevBackend.Null()), """{"execute":"chardev-add","arguments":{"id":"c","backend":{"type":"null","data":{}}},"id":7}""");
        Writes(QmpCommands.NetdevAdd, new NetdevUser("n") { Hostfwd = [new("tcp::1-:2")] }, """{"execute":"netdev_add","arguments":{"type":"user","hostfwd":[{"str":"tcp::1-:2"}],"id":"n"},"id":7}""");
        Writes(QmpCommands.NetdevAdd, new NetdevOther("vde", "n"), """{"execute":"netdev_add","arguments":{"type":"vde","id":"n"},"id":7}""");
        Writes(QmpCommands.ObjectAdd, new IothreadObject("t") { PollMax = TimeSpan.FromMicroseconds(32) }, """{"execute":"object-add","arguments":{"qom-type":"iothread","poll-max-ns":32000,"id":"t"},"id":7}""");
        Writes(QmpCommands.DeviceAdd, new("virtio-blk-pci") { Id = "v", Others = new() { { "drive", "n" } } },
            """{"execute":"device_add","arguments":{"driver":"virtio-blk-pci","id":"v","drive":"n"},"id":7}""");
    }

    [Fact]
    public void Secrets_are_written_and_never_shown()
    {
        var secret = new SecretObject("s") { Data = "hush" };
        Writes(QmpCommands.ObjectAdd, secret, """{"execute":"object-add","arguments":{"qom-type":"secret","data":"hush","id":"s"},"id":7}""");
        Assert.DoesNotContain("hush", secret.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new SetPassword(DisplayProtocol.Vnc, "hush").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new ObjectOptionsOther("secret", "s") { Others = new() { { "data", "hush" } } }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_case_that_nobody_knew_is_read()
    {
        var address = Read(QmpCommands.QueryMigrate, """{"socket-address": [{"type": "pigeon", "loft": 3}]}""").SocketAddress![0];
        Assert.Equal(("pigeon", 3), (address.Type, address.Others!["loft"].GetInt32()));
        Assert.Equal("holographic", Read(QmpCommands.QueryMemoryDevices, """[{"type": "holographic", "data": {"size": 1, "depth": 2}}]""")[0].Type);
        Assert.Equal("""{"x":1}""", Read(QmpCommands.QueryBlock, """[{"inserted": {"image": {"format-specific": {"type": "new", "data": {"x":1}}}}}]""")[0]
            .Inserted!.Image.FormatSpecific!.Data!.Value.GetRawText());
        Assert.Equal("teleport", Read(QmpCommands.QueryBlockJobs, """[{"type": "teleport"}]""")[0].Type.Value);
        Assert.Equal("spirit", Read(QmpCommands.QueryYank, """[{"type": "spirit", "medium": "m"}]""")[0].Type);
    }

    [Fact]
    public void A_chain_of_images_may_be_long()
    {
        var chain = string.Concat(Enumerable.Repeat("""{"filename":"f","backing-image":""", 150)) + """{"filename":"base"}""" + new string('}', 150);
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes($$$"""[{"inserted":{"image":{{{chain}}}}}]"""), new JsonReaderOptions { MaxDepth = 1024 });
        var image = JsonSerializer.Deserialize(ref reader, QmpCommands.QueryBlock.Result)![0].Inserted!.Image;
        for (var depth = 0; depth < 150; depth++)
        {
            image = image.BackingImage!;
        }

        Assert.Equal("base", image.Filename);
    }
}
