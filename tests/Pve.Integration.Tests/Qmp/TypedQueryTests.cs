using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp;

namespace Pve.Integration.Tests.Qmp;

/// <summary>Every typed query against a real QEMU that has something to tell.</summary>
public sealed class TypedQueryTests
{
    // What this machine does not have, and what came after QEMU 7.2.
    private static readonly string[] MayBeRefused = ["query-migrationthreads", "query-vcpu-dirty-limit", "query-spice"];

    [Fact]
    public async Task Every_query_is_answered_and_read()
    {
        await using var qemu = await QmpMachine.StartAsync(
            directory => File.WriteAllBytes(Path.Combine(directory, "disk"), new byte[1 << 20]),
            "-name", "guest", "-device", "vmgenid", "-device", "virtio-balloon-pci", "-object", "iothread,id=t0",
            "-blockdev", "driver=file,filename=DIR/disk,node-name=disk0", "-device", "virtio-blk-pci,drive=disk0,iothread=t0",
            "-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0", "-vnc", "unix:DIR/vnc");

        var asked = 0;
        foreach (var property in typeof(QmpCommands).GetProperties())
        {
            dynamic command = property.GetValue(null)!;
            string name = command.Name;
            if (!name.StartsWith("query-", StringComparison.Ordinal) || name == "query-cpu-model-expansion")
            {
                continue;
            }

            asked++;
            try
            {
                Assert.NotNull(await (Task<object?>)AskAsync(qemu, command));
            }
            catch (QmpCommandException refusal)
            {
                Assert.Contains(refusal.Command, MayBeRefused);
            }
        }

        Assert.True(asked > 30, $"only {asked} queries");
    }

    [Fact]
    public async Task Objects_and_types_are_listed()
    {
        await using var qemu = await QmpMachine.StartAsync(null, "-object", "iothread,id=t0");
        Assert.Contains(await qemu.DoAsync(QmpCommands.QomList, new("/objects")), property => property.Name == "t0" && property.Type == "child<iothread>");
        Assert.Contains(await qemu.DoAsync(QmpCommands.QomListTypes, new() { Implements = "device" }), type => type.Name == "virtio-blk-pci");
        Assert.Contains(await qemu.DoAsync(QmpCommands.QomListProperties, new("iothread")), property => property.Name == "poll-max-ns");
        Assert.Contains(await qemu.DoAsync(QmpCommands.DeviceListProperties, new("virtio-blk-pci")), property => property.Name == "drive");

        await qemu.DoAsync(QmpCommands.QomSet, new("/objects/t0", "poll-max-ns", System.Text.Json.JsonElement.Parse("16000")));
        Assert.Equal(16000, (await qemu.DoAsync(QmpCommands.QomGet, new("/objects/t0", "poll-max-ns"))).GetInt32());
        Assert.Equal(TimeSpan.FromMicroseconds(16), Assert.Single(await qemu.DoAsync(QmpCommands.QueryIothreads)).PollMax);

        var model = (await qemu.DoAsync(QmpCommands.QueryCpuModelExpansion, new(Pve.Qmp.Commands.CpuModelExpansionType.Full, new("qemu64")))).Model;
        Assert.True(model!.Props!.Value.GetProperty("sse2").GetBoolean());
    }

    private static async Task<object?> AskAsync<TArguments, TResult>(QmpMachine qemu, QmpCommand<TArguments, TResult> command)
        => await qemu.DoAsync(command, Activator.CreateInstance<TArguments>());
}
