using System.Globalization;
using DowntimeLab.Matrix;
using DowntimeLab.Method;
using Pve.Migration;
using Pve.Migration.Testing;

namespace DowntimeLab.Real;

/// <summary>The matrix on real QEMUs in two network namespaces, over a real sshd.</summary>
internal sealed class RealLab : ILab
{
    // 4 MiB a second: a guest that lives, and converges on any link.
    private const int PagesPerTick = 1;

    private const int WarmUpMiB = 64;

    private readonly RealOptions _options;
    private readonly string _folder;
    private readonly List<IAsyncDisposable> _open = [];
    private QemuInstall _qemu = null!;
    private LabKeys _keys = null!;
    private string _sourceQemu = "";
    private string _targetQemu = "";
    private string _ssh = "";
    private int _booted;

    public RealLab(RealOptions options) => (_options, _folder) = (options, Directory.CreateTempSubdirectory("dlab-").FullName);

    public string Title => string.Create(CultureInfo.InvariantCulture, $"QEMU {_qemu.Version}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}");

    public bool IsSlow => true;

    public IReadOnlyList<(string Name, string Value)> Constants =>
    [
        ("veth, tbf at both ends", $"{_options.Megabits} Mbit/s"),
        ("RAM the guest has touched", $"{_options.TouchedMiB} MiB of each GiB; 4 MiB rewritten every second"),
        ("a command of the old way", _options.CommandCostMs == 0
            ? "a fresh ssh, as it is here"
            : $"a fresh ssh, and {_options.CommandCostMs} ms as a stand-in for Perl's start"),
    ];

    public async Task SetUpAsync(CancellationToken cancellationToken)
    {
        var qemu = await QemuInstall.FindAsync(_options.Qemu, cancellationToken);
        Require(qemu is not null);
        _qemu = qemu!;
        var network = new LabNetwork();
        _open.Add(network);
        await network.MakeAsync(_options.Megabits);
        _keys = await LabKeys.CreateAsync(_folder);
        var sshd = Tool.Find("sshd")!;
        _open.Add(await LabSshd.StartAsync(sshd, network.Source, LabNetwork.SourceAddress, _keys, cancellationToken));
        _open.Add(await LabSshd.StartAsync(sshd, network.Target, LabNetwork.TargetAddress, _keys, cancellationToken));
        _sourceQemu = await ScriptAsync("qemu-source", [.. LabNetwork.Inside(network.Source), _qemu.Path]);
        _targetQemu = await ScriptAsync("qemu-target", [.. LabNetwork.Inside(network.Target), _qemu.Path]);
        _ssh = await ScriptAsync("ssh", [.. LabNetwork.Inside(network.Source), Tool.Find("ssh")!]);

        // The first migration of a process compiles its code, inside the pause: this one does not count.
        await MeasureAsync(new Combination(Node.New, Node.New, PollingStrategy.EventDriven, 1), TimeSpan.Zero, WarmUpMiB, 1, cancellationToken);
    }

    public Task<Repetition> MeasureAsync(Combination combination, TimeSpan phase, CancellationToken cancellationToken)
        => MeasureAsync(combination, phase, combination.RamGiB * 1024, _options.TouchedMiB * combination.RamGiB, cancellationToken);

    public async ValueTask DisposeAsync() => await Ends.AllAsync(
    [
        .. Enumerable.Reverse(_open).Select(opened => (Func<Task>)(() => opened.DisposeAsync().AsTask())),
        () =>
        {
            Directory.Delete(_folder, recursive: true);
            return Task.CompletedTask;
        },
    ]);

    private async Task<Repetition> MeasureAsync(Combination combination, TimeSpan phase, int memoryMiB, int spanMiB, CancellationToken cancellationToken)
    {
        await using var guest = await TravellingGuest.BootAsync(
            new TravellingGuestOptions
            {
                Directory = Path.Combine(_folder, $"{++_booted}"),
                VmId = MigrationRun.VmId,
                MemoryMiB = memoryMiB,
                SpanMiB = spanMiB,
                PagesPerTick = PagesPerTick,
                Binary = _sourceQemu,
                TargetBinary = _targetQemu,
            },
            cancellationToken);
        var host = await guest.StartTargetAsync(cancellationToken: cancellationToken);
        var run = new MigrationRun(combination, guest.Host.Monitor, host.Monitor, host.Monitor, TimeProvider.System);
        var forward = Path.Combine(host.Folder, "forward");
        await using var commands = Commands(host, forward);
        await using var target = new TunnelTarget(host.AsIncoming(forward), Tunnel(combination, host, forward), commands, run.Tunnel);
        return await run.MeasureAsync(target, phase, endsSource: true, cancellationToken);
    }

    private static void Require(bool hasQemu)
    {
        List<string> missing =
        [
            .. Environment.IsPrivilegedProcess ? Array.Empty<string>() : ["root"],
            .. new[] { "ip", "tc", "sshd", "ssh", "ssh-keygen", "nsenter" }.Where(program => Tool.Find(program) is null),
            .. hasQemu ? Array.Empty<string>() : ["QEMU"],
        ];
        if (missing.Count > 0)
        {
            throw new LabException(
                $"run needs {string.Join(", ", missing)}: run it as root, with iproute2, openssh-server, openssh-client, util-linux and qemu-system-x86 installed.",
                exitCode: 2);
        }
    }

    private async Task<string> ScriptAsync(string name, string[] command)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, $"#!/bin/sh\nexec {string.Join(' ', command)} \"$@\"\n");
        await Tool.RunAsync("chmod", "500", path);
        return path;
    }

    private SshTransportOptions Ssh => new() { Host = LabKeys.TargetHost, ConfigFile = _keys.ClientConfig, SshPath = _ssh };

    private string Mtunnel => _options.Mtunnel ?? Path.Combine(AppContext.BaseDirectory, "mtunnel");

    private SshTransport Tunnel(Combination combination, GuestHost host, string forward)
    {
        var (dialect, ahead) = combination.Target == Node.Old ? ("v0", Array.Empty<string>()) : ("v1", ["--vmid", $"{MigrationRun.VmId}"]);
        return new SshTransport(Ssh with
        {
            Forwards = [new SocketForward(forward, host.MigrationPath)],
            RemoteCommand = [Mtunnel, "--qmp-dir", host.Folder, "--dialect", dialect, .. combination.Source == Node.Old ? [] : ahead],
        });
    }

    // Nothing is replicated or locked here: of those commands the ssh is what is measured, and the stand-in where there is one.
    private SshCommandTarget Commands(GuestHost host, string forward)
        => new(host.AsIncoming(forward), new SshCommandRunner(Ssh), new SshCommandTargetOptions
        {
            Resume = vm => Costing([Mtunnel, "--qmp-dir", host.Folder, "resume", $"{vm}"]),
            SetReplicationState = _ => Costing(["true"]),
            Unlock = _ => Costing(["true"]),
        });

    private string[] Costing(string[] command) => _options.CommandCostMs == 0
        ? command
        : ["sh", "-c", string.Create(CultureInfo.InvariantCulture, $"sleep {_options.CommandCostMs / 1000.0}; exec \"$@\""), "sh", .. command];
}
