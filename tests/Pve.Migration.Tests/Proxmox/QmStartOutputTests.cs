namespace Pve.Migration.Tests.Proxmox;

public sealed class QmStartOutputTests
{
    private const string Sample =
        "generating cloud-init ISO\n"
        + "QEMU: kvm: warning: TSC frequency mismatch\n"
        + "migration listens on unix:/run/qemu-server/100.migrate\n"
        + "storage migration listens on nbd:unix:/run/qemu-server/100_nbd.migrate:exportname=drive-scsi0 volume:local-lvm:vm-100-disk-0,size=4G\n"
        + "re-using replicated volume: scsi1 - local-zfs:vm-100-disk-1\n"
        + "storage migration listens on nbd:unix:/run/qemu-server/100_nbd.migrate:exportname=drive-scsi1 volume:local-zfs:vm-100-disk-1\n"
        + "spice listens on port 61000\n";

    [Fact]
    public void Everything_at_once()
    {
        var output = QmStartOutput.Parse(Sample);
        Assert.Equal("unix:/run/qemu-server/100.migrate", output.Migration!.ToString());
        var nbd = QmListenAddress.Unix("/run/qemu-server/100_nbd.migrate");
        Assert.Equal(
            [
                new QmStartDrive("scsi0", "drive-scsi0", nbd, "local-lvm:vm-100-disk-0,size=4G"),
                new QmStartDrive("scsi1", "drive-scsi1", nbd, "local-zfs:vm-100-disk-1"),
            ],
            output.Drives);
        Assert.Equal([new PveDriveVolume("scsi1", "local-zfs:vm-100-disk-1")], output.ReusedVolumes);
        Assert.Equal(61000, output.SpicePort);
        Assert.Equal(["kvm: warning: TSC frequency mismatch"], output.QemuLines);
        Assert.Equal(["generating cloud-init ISO"], output.LogLines);
        Assert.Empty(output.UnreadableLines);
        Assert.Null(output.CutOff);
    }

    [Fact]
    public void Cut_at_every_index_only_whole_lines_are_facts()
    {
        for (var cut = 0; cut <= Sample.Length; cut++)
        {
            var output = QmStartOutput.Parse(Sample[..cut]);
            var whole = Sample[..cut].Split('\n')[..^1];
            Assert.Equal(whole.Any(line => line.StartsWith("migration", StringComparison.Ordinal)), output.Migration is not null);
            Assert.Equal(whole.Count(line => line.StartsWith("storage", StringComparison.Ordinal)), output.Drives.Count);
            Assert.Equal(whole.Count(line => line.StartsWith("re-using", StringComparison.Ordinal)), output.ReusedVolumes.Count);
            Assert.Equal(whole.Any(line => line.StartsWith("spice", StringComparison.Ordinal)), output.SpicePort is not null);
            Assert.Empty(output.UnreadableLines);
            Assert.Equal(cut == 0 || Sample[cut - 1] == '\n' ? null : Sample[(Sample.LastIndexOf('\n', cut - 1) + 1)..cut], output.CutOff);
        }
    }

    [Fact]
    public void Each_line_cut_at_every_index_is_itself_or_no_fact()
    {
        foreach (var line in Sample.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            for (var cut = 0; cut < line.Length; cut++)
            {
                var output = QmStartOutput.Parse(line[..cut]);
                Assert.Null(output.Migration);
                Assert.Null(output.SpicePort);
                Assert.Empty(output.Drives);
                Assert.Empty(output.ReusedVolumes);
                Assert.Equal(cut == 0 ? null : line[..cut], output.CutOff);
            }
        }
    }

    [Fact]
    public void Lines_may_end_as_on_Windows()
    {
        var output = QmStartOutput.Parse(Sample.ReplaceLineEndings("\r\n"));
        Assert.Equal("/run/qemu-server/100.migrate", output.Migration!.Path);
        Assert.Equal(2, output.Drives.Count);
        Assert.Equal(61000, output.SpicePort);
    }

    [Theory]
    [InlineData("migration listens on tcp:10.1.2.3:60000", "10.1.2.3", 60000, false, "tcp:10.1.2.3:60000")]
    [InlineData("migration listens on tcp:localhost:60001", "localhost", 60001, true, "tcp:localhost:60001")]
    [InlineData("migration listens on tcp:127.0.0.1:60001", "127.0.0.1", 60001, true, "tcp:127.0.0.1:60001")]
    [InlineData("migration listens on tcp:[fd00::2]:65535", "fd00::2", 65535, false, "tcp:[fd00::2]:65535")]
    [InlineData("migration listens on tcp:[::1]:1", "::1", 1, true, "tcp:[::1]:1")]
    [InlineData("migration listens on port 60002", "localhost", 60002, true, "tcp:localhost:60002")]
    public void Tcp_in_all_its_forms(string line, string host, int port, bool isLocal, string uri)
    {
        var address = QmStartOutput.Parse(line + "\n").Migration!;
        Assert.Equal((null, host, port, isLocal, uri), (address.Path, address.Host, address.Port, address.IsLocal, address.ToString()));
    }

    [Theory]
    [InlineData("storage migration listens on nbd:10.1.2.3:60001:exportname=drive-virtio0 volume:a:b", "tcp:10.1.2.3:60001")]
    [InlineData("storage migration listens on nbd:[fd00::2]:60001:exportname=drive-virtio0 volume:a:b", "tcp:[fd00::2]:60001")]
    [InlineData("storage migration listens on nbd:localhost:60001:exportname=drive-virtio0 volume:a:b", "tcp:localhost:60001")]
    [InlineData("storage migration listens on nbd:unix:/x/100_nbd.migrate:exportname=drive-virtio0 volume:a:b", "unix:/x/100_nbd.migrate")]
    public void Nbd_in_both_forms(string line, string address)
    {
        var drive = Assert.Single(QmStartOutput.Parse(line + "\n").Drives);
        Assert.Equal(("virtio0", "drive-virtio0", address, "a:b"), (drive.Drive, drive.Export, drive.Address.ToString(), drive.Volume));
    }

    [Theory]
    [InlineData("migration listens on tcp:10.1.2.3:65536")]
    [InlineData("migration listens on tcp:10.1.2.3:0")]
    [InlineData("migration listens on tcp:10.1.2.3:-1")]
    [InlineData("migration listens on tcp:10.1.2.3:60000 ")]
    [InlineData("migration listens on tcp:999.1.2.3:60000")]
    [InlineData("migration listens on tcp:[]:60000")]
    [InlineData("migration listens on tcp:[:.:]:60000")]
    [InlineData("migration listens on tcp:example.org:60000")]
    [InlineData("migration listens on tcp:$(id):60000")]
    [InlineData("migration listens on unix:")]
    [InlineData("migration listens on unix:relative")]
    [InlineData("migration listens on unix:/run/a b.migrate")]
    [InlineData("migration listens on port ")]
    [InlineData("migration listens on port 99999999999999999999")]
    [InlineData("migration listens on exec:id")]
    [InlineData("storage migration listens on nbd:exec:id:exportname=drive-scsi0 volume:a")]
    [InlineData("storage migration listens on nbd:10.1.2.3:60000:exportname=scsi0 volume:a")]
    [InlineData("storage migration listens on nbd:10.1.2.3:60000:exportname=drive-a/../b volume:a")]
    [InlineData("storage migration listens on nbd:10.1.2.3:60000:exportname=drive-scsi0 volume:")]
    [InlineData("re-using replicated volume: scsi0")]
    [InlineData("spice listens on port many")]
    public void What_begins_as_a_fact_and_is_none_is_told(string line)
    {
        var output = QmStartOutput.Parse($"{line}\n");
        Assert.Equal([line], output.UnreadableLines);
        Assert.Null(output.Migration);
        Assert.Null(output.SpicePort);
        Assert.Empty(output.Drives);
        Assert.Empty(output.ReusedVolumes);
    }

    [Theory]
    [InlineData("migration listens on port 60000", "migration listens on port 60001")]
    [InlineData("spice listens on port 60000", "spice listens on port 60001")]
    [InlineData("storage migration listens on nbd:10.1.2.3:1:exportname=drive-a volume:b", "storage migration listens on nbd:10.1.2.3:2:exportname=drive-a volume:b")]
    public void A_contradiction_is_told_and_a_repetition_is_none(string line, string other)
    {
        Assert.Empty(QmStartOutput.Parse($"{line}\n{line}\n").UnreadableLines);
        Assert.Equal([other], QmStartOutput.Parse($"{line}\n{other}\n").UnreadableLines);
    }

    [Theory]
    [InlineData(" migration listens on port 60000")]
    [InlineData("Migration listens on port 60000")]
    [InlineData("QEMU: migration listens on port 60000")]
    [InlineData("")]
    [InlineData("\0\u0001")]
    [InlineData("a\rb")]
    public void Whatever_else_is_a_log_line(string line)
    {
        var output = QmStartOutput.Parse($"{line}\n");
        Assert.Null(output.Migration);
        Assert.Empty(output.UnreadableLines);
        Assert.Equal(1, output.LogLines.Count + output.QemuLines.Count);
    }
}
