using System.Net;
using System.Text;
using Pve.Migration.Proxmox;

namespace Pve.Migration.Tests.Proxmox;

public sealed class QmCommandsTests
{
    private static readonly PveNodeTargetOptions Options = new()
    {
        Ssh = new SshTransportOptions { Host = "b" },
        SourceNode = "a",
        Machine = "pc-i440fx-9.2+pve1",
    };

    [Fact]
    public void A_start_through_ssh() => Assert.Equal(
        "qm start 100 --skiplock --migratedfrom a --migration_type secure --stateuri unix --machine pc-i440fx-9.2+pve1",
        string.Join(' ', QmCommands.Start(100, Options)));

    [Fact]
    public void A_start_in_the_clear_with_everything() => Assert.Equal(
        "qm start 100 --skiplock --migratedfrom a --migration_type insecure --migration_network 10.0.0.0/24 --stateuri tcp "
            + "--machine pc-i440fx-9.2+pve1 --targetstorage 1 --force-cpu host",
        string.Join(' ', QmCommands.Start(100, Options with
        {
            Type = PveMigrationType.Insecure,
            MigrationNetwork = IPNetwork.Parse("10.0.0.0/24"),
            TargetStorage = "1",
            ExtraStartArguments = ["--force-cpu", "host"],
        })));

    [Fact]
    public void The_version_is_the_first_line_of_the_input()
    {
        var input = QmCommands.StartInput(Options with
        {
            SpiceTicket = "secret",
            ReplicatedVolumes = ["zfs:a", "zfs:b"],
            OfflineVolumes = [new PveDriveVolume("tpmstate0", "lvm:c")],
        });
        Assert.Equal(
            "nbd_protocol_version: 1\noffline_volume: tpmstate0: lvm:c\nspice_ticket: secret\nreplicated_volume: zfs:a\nreplicated_volume: zfs:b\n",
            Encoding.UTF8.GetString(input));
    }

    [Fact]
    public void The_ticket_is_not_part_of_the_options_text_or_of_an_error()
    {
        var options = Options with { SpiceTicket = "se\ncret" };
        Assert.DoesNotContain("cret", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("cret", Assert.Throws<ArgumentException>(() => new PveNodeTarget(options)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<PveNodeTargetOptions, PveNodeTargetOptions>> Bad => new()
    {
        { "path as node", options => options with { SourceNode = "../a" } },
        { "option as node", options => options with { SourceNode = "-a" } },
        { "empty node", options => options with { SourceNode = "" } },
        { "option as machine", options => options with { Machine = "--help" } },
        { "machine with a space", options => options with { Machine = "pc a" } },
        { "option as storage", options => options with { TargetStorage = "-x" } },
        { "volume of two lines", options => options with { ReplicatedVolumes = ["a\nspice_ticket: b"] } },
        { "drive of two lines", options => options with { OfflineVolumes = [new PveDriveVolume("a\r", "b")] } },
        { "relative directory", options => options with { RemoteSocketDirectory = "run" } },
        { "directory that climbs", options => options with { RemoteSocketDirectory = "/run/../etc" } },
        { "unix in the clear", options => options with { Type = PveMigrationType.Insecure, StateUri = PveStateUri.Unix } },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void What_would_be_taken_for_something_else_is_refused(string what, Func<PveNodeTargetOptions, PveNodeTargetOptions> change)
    {
        Assert.NotNull(what);
        Assert.ThrowsAny<ArgumentException>(() => new PveNodeTarget(change(Options)));
    }

    [Theory]
    [InlineData("/run/qemu-server/100.migrate", true)]
    [InlineData("/run/qemu-server/100_nbd.migrate", true)]
    [InlineData("/run/qemu-server/100-nbd-1.migrate", true)]
    [InlineData("/run/qemu-server/1000.migrate", false)]
    [InlineData("/run/qemu-server/101.migrate", false)]
    [InlineData("/run/qemu-server/0100.migrate", false)]
    [InlineData("/run/qemu-server/.migrate", false)]
    [InlineData("/run/qemu-server/100.qmp", false)]
    [InlineData("/run/qemu-server/100.migrate\n", false)]
    [InlineData("/run/qemu-server/100.migrate.migrate", false)]
    [InlineData("/run/qemu-server/../100.migrate", false)]
    [InlineData("/run/qemu-server/x/../100.migrate", false)]
    [InlineData("/run/qemu-server/x/100.migrate", false)]
    [InlineData("/run/qemu-server//100.migrate", false)]
    [InlineData("/run/qemu-server100.migrate", false)]
    [InlineData("/tmp/100.migrate", false)]
    [InlineData("run/qemu-server/100.migrate", false)]
    [InlineData("/run/qemu-server/100_$(id).migrate", false)]
    public void Only_the_VMs_own_sockets_in_the_directory_are_taken(string path, bool isTaken)
        => Assert.Equal(isTaken, PveNames.IsMigrationSocket(path, "/run/qemu-server", 100));

    [Theory]
    [InlineData("qmpstatus: running\nrunning-qemu: 9.2.0\nstatus: running\n", true)]
    [InlineData("name: a\nqmpstatus: running\r\nrunning-qemu: 9.2.0\r\n", true)]
    [InlineData("qmpstatus: paused\nrunning-qemu: 9.2.0\nstatus: running\n", false)]
    [InlineData("qmpstatus: prelaunch\nrunning-qemu: 9.2.0\nstatus: running\n", false)]
    [InlineData("qmpstatus: inmigrate\nstatus: running\n", false)]
    [InlineData("qmpstatus: stopped\nstatus: stopped\n", false)]
    [InlineData("qmpstatus: io-error\nrunning-qemu: 9.2.0\nstatus: running\n", null)]
    [InlineData("qmpstatus: postmigrate\nrunning-qemu: 9.2.0\nstatus: running\n", null)]
    [InlineData("status: running\n", null)]
    [InlineData("running\n", null)]
    [InlineData("", null)]
    public void A_guest_that_has_run_and_stands_still_is_neither(string output, bool? runs) => Assert.Equal(runs, QmCommands.ReadStatus(output));

    [Theory]
    [InlineData("qmpstatus: running\nstatus: running\n")]
    [InlineData("nics:\n\trunning-qemu: 9.2.0\nqmpstatus: running\nstatus: running\n")]
    [InlineData("qmpstatus: running\nrunning-qemu: \nstatus: running\n")]
    [InlineData("qmpstatus: running\nqmpstatus: running\nrunning-qemu: 9.2.0\n")]
    public void A_QEMU_that_has_not_said_so_itself_is_not_taken_to_run(string output) => Assert.Null(QmCommands.ReadStatus(output));

    [Fact]
    public void The_status_is_asked_with_all_that_is_known_of_it() => Assert.Equal(["qm", "status", "100", "--verbose"], QmCommands.Status(100));
}
