using System.Net;
using System.Text;
using CsCheck;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>Whatever <c>qm start</c> prints, each whole line is read once, and what is read of it is fit to be used.</summary>
public sealed class QmStartOutputFuzzTests
{
    private static readonly string[] Printed =
    [
        "migration listens on unix:/run/qemu-server/100.migrate", "migration listens on tcp:10.0.0.1:60000", "migration listens on tcp:[fe80::1]:60001",
        "migration listens on tcp:localhost:60002\r", "migration listens on port 60000", "migration listens on port 99999", "migration listens on ",
        "storage migration listens on nbd:unix:/run/qemu-server/100_nbd.migrate:exportname=drive-scsi0 volume:local:vm-100-disk-0,size=4G",
        "storage migration listens on nbd:10.0.0.1:60001:exportname=drive-scsi0 volume:local:1", "storage migration listens on nbd:[::1]:1:exportname=drive-efidisk0 volume:x",
        "re-using replicated volume: scsi1 - local-zfs:vm-100-disk-1", "re-using replicated volume:  - ", "spice listens on port 61000", "spice listens on port 0",
        "QEMU: kvm: warning", "QEMU: ", "generating cloud-init ISO", "", "\r", "\0", "migration listens on unix:/a b", "migration listens on unix:relative",
    ];

    [Fact]
    public void Whatever_is_printed() => FuzzInput.Conversation(Printed).Sample(
        static bytes => Check(Encoding.UTF8.GetString(bytes)), iter: FuzzInput.Count, print: Convert.ToHexString);

    private static void Check(string text)
    {
        var output = QmStartOutput.Parse(text);
        string[] lines = text.Split('\n');
        Assert.Equal(lines[^1].Length == 0 ? null : lines[^1], output.CutOff);
        List<string> whole = [.. lines[..^1].Select(static line => line.EndsWith('\r') ? line[..^1] : line)];
        Assert.Equal(whole.Where(static line => line.StartsWith("QEMU: ", StringComparison.Ordinal)).Select(static line => line[6..]), output.QemuLines);
        Assert.Equal(whole.Where(static line => !line.StartsWith("QEMU: ", StringComparison.Ordinal) && !IsFact(line)), output.LogLines);
        List<string> facts = [.. whole.Where(line => IsFact(line) && !output.UnreadableLines.Contains(line))];
        Assert.Equal(output.Migration is not null, facts.Any(static line => line.StartsWith("migration", StringComparison.Ordinal)));
        Assert.Equal(output.SpicePort is not null, facts.Any(static line => line.StartsWith("spice", StringComparison.Ordinal)));
        Assert.Equal(output.ReusedVolumes.Count, facts.Count(static line => line.StartsWith("re-using", StringComparison.Ordinal)));
        Assert.Equal(output.Drives.Count, facts.Where(static line => line.StartsWith("storage", StringComparison.Ordinal)).Distinct().Count());
        Assert.All(output.UnreadableLines, static line => Assert.True(IsFact(line), line));
        Assert.True(output.SpicePort is null or (>= 1 and <= 65535));
        Assert.All([.. output.Drives.Select(static drive => drive.Address), .. output.Migration is { } address ? [address] : Array.Empty<QmListenAddress>()], Check);
        Assert.All(output.Drives, static drive => Assert.DoesNotContain(drive.Drive, static c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')));
    }

    private static void Check(QmListenAddress address)
    {
        if (address.Path is { } path)
        {
            Assert.True(path.StartsWith('/') && !path.Any(char.IsWhiteSpace), path);
            return;
        }

        Assert.InRange(address.Port, 1, 65535);
        Assert.True(address.Host == "localhost" || IPAddress.TryParse(address.Host, out _), address.Host);
    }

    private static bool IsFact(string line) =>
        line.StartsWith("migration listens on ", StringComparison.Ordinal)
        || line.StartsWith("storage migration listens on ", StringComparison.Ordinal)
        || line.StartsWith("re-using replicated volume: ", StringComparison.Ordinal)
        || line.StartsWith("spice listens on ", StringComparison.Ordinal);
}
