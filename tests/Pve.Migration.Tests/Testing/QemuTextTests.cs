using Pve.Migration.Testing;
using Pve.Migration.Testing.Processes;

namespace Pve.Migration.Tests.Testing;

public sealed class QemuTextTests
{
    [Theory]
    [InlineData("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright (c) ...", "7.2.22")]
    [InlineData("QEMU emulator version 10.0.2\n", "10.0.2")]
    [InlineData("QEMU emulator version 9.1.50", "9.1.50")]
    [InlineData("something else", null)]
    [InlineData("version unknown", null)]
    public void The_version_is_read(string text, string? expected) => Assert.Equal(expected, VersionText.Parse(text)?.ToString());

    [Fact]
    public void Machine_types_and_their_aliases_are_read()
    {
        var (machines, aliases) = MachineHelp.Parse("""
            Supported machines are:
            microvm              microvm (i386)
            pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-7.2)
            pc-i440fx-7.2        Standard PC (i440FX + PIIX, 1996) (default)
            pc-i440fx-7.1        Standard PC (i440FX + PIIX, 1996)
            """);
        Assert.Equal(["microvm", "pc-i440fx-7.2", "pc-i440fx-7.1"], machines);
        Assert.Equal("pc-i440fx-7.2", aliases["pc"]);
    }

    [Fact]
    public void The_newest_machine_type_is_that_of_the_highest_version()
    {
        string[] machines = ["microvm", "pc-i440fx-9.2", "pc-i440fx-7.2", "pc-i440fx-10.0", "pc-i440fx-2.12", "pc-q35-10.1", "pc-i440fx-old"];
        Assert.Equal("pc-i440fx-10.0", MachineHelp.Newest(machines, "pc-i440fx-"));
        Assert.Equal("pc-i440fx-old", MachineHelp.Newest(["pc-i440fx-old"], "pc-i440fx-"));
        Assert.Null(MachineHelp.Newest(machines, "virt-"));
    }

    [Fact]
    public void A_comma_in_a_path_is_doubled()
    {
        var options = new QemuProcessOptions { Directory = "/tmp/a,b", VmId = "7", BootImage = "/x,y" };
        var arguments = QemuCommandLine.Build(options, new QemuSockets(options));
        Assert.Contains("socket,id=qmp,path=/tmp/a,,b/7.qmp,server=on,wait=off", arguments);
        Assert.Contains("if=floppy,format=raw,readonly=on,file=/x,,y", arguments);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(2048)]
    public void Ram_is_never_a_multiple_of_64_pages(int memoryMiB)
    {
        var options = new QemuProcessOptions { Directory = "/tmp", VmId = "7", MemoryMiB = memoryMiB };
        var arguments = QemuCommandLine.Build(options, new QemuSockets(options));
        Assert.Equal($"{(memoryMiB * 1024) + 8}k", arguments[arguments.IndexOf("-m") + 1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../7")]
    public void An_id_that_cannot_name_a_socket_is_refused(string id) =>
        Assert.Throws<ArgumentException>(() => new QemuSockets(new QemuProcessOptions { Directory = "/tmp", VmId = id }));

    [Fact]
    public void A_path_too_long_for_a_socket_is_refused() =>
        Assert.Throws<ArgumentException>(() => new QemuSockets(new QemuProcessOptions { Directory = "/" + new string('d', 100), VmId = "7" }));

    [Fact]
    public async Task A_log_keeps_its_end()
    {
        var log = new BoundedLog(5);
        await log.CopyFromAsync(new StringReader(new string('a', 3000) + "bcd"));
        Assert.Equal("aabcd", log.ToString());
    }
}
