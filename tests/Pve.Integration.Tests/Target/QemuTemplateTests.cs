using Mtunnel.Hosting;

namespace Pve.Integration.Tests.Target;

/// <summary>What a template may say, and what becomes of it.</summary>
public sealed class QemuTemplateTests
{
    private static readonly GuestPaths Paths = new(100, "/run/vm", "/run/t");

    [Fact]
    public void Its_placeholders_are_filled_in_and_what_it_lacks_is_appended()
    {
        var template = QemuTemplate.Parse("# VM\nqemu\n\n-m\n64M\n  -drive\nfile={disk:scsi0},id=drive-scsi0\n-pidfile\n{run-dir}/{vmid}.pid\n");
        Assert.Equal(["scsi0"], template.Drives);
        Assert.Equal(
            [
                "qemu", "-m", "64M", "-drive", "file=/d/local/vm-100-disk-0.raw,id=drive-scsi0", "-pidfile", "/run/t/100.pid",
                "-name", "vm-100", "-qmp", "unix:/run/vm/100.qmp,server=on,wait=off",
                "-chardev", "socket,id=mtunnel-start,path=/run/t/100.start", "-mon", "chardev=mtunnel-start,mode=control", "-S", "-incoming", "defer",
            ],
            template.Fill(Paths, new Dictionary<string, string> { ["scsi0"] = "/d/local/vm-100-disk-0.raw" }));
    }

    [Fact]
    public void What_it_has_is_not_appended_again()
    {
        var line = QemuTemplate.Parse("qemu\n--name\nmine\n-qmp\nunix:{qmp},server=on,wait=off\n-blockdev\n{\"driver\":\"null-co\"}")
            .Fill(Paths, new Dictionary<string, string>());
        Assert.DoesNotContain("vm-100", line);
        Assert.Single(line, argument => argument.Contains("100.qmp", StringComparison.Ordinal));
        Assert.Contains("{\"driver\":\"null-co\"}", line);
    }

    [Theory]
    [InlineData("", "names no program")]
    [InlineData("# nothing\n", "names no program")]
    [InlineData("-m\n64M", "line 1: '-m' is an option; the program comes first")]
    [InlineData("qemu\n-m\n64M", "it has none of {vmid}, {qmp}, {run-dir} and {disk:NAME}")]
    [InlineData("qemu\n\n-m 64M\n{vmid}", "line 3: '-m 64M' is more than one argument; write one a line")]
    [InlineData("qemu\n{vmid}\n{name}", "line 3: {name} is no placeholder")]
    [InlineData("qemu\n{disk:../x}", "line 2: {disk:../x} is no placeholder")]
    [InlineData("qemu\n{vmid}\n--incoming\ndefer", "line 3: leave --incoming out")]
    [InlineData("qemu\n{vmid}\n-daemonize", "line 3: leave -daemonize out")]
    [InlineData("qemu\n{vmid}\n-S", "line 3: leave -S out")]
    public void What_is_wrong_with_it_is_said(string text, string says)
        => Assert.Contains(says, Assert.Throws<FormatException>(() => QemuTemplate.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_template_that_is_not_there_is_said_to_be()
        => Assert.Equal("there is no such file", Assert.Throws<FormatException>(() => QemuTemplate.Read("/nonexistent/template")).Message);
}
