using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>Simulated QEMUs like the real ones of <see cref="RealTalkWorld"/>, in virtual time.</summary>
internal sealed class SimulatedTalkWorld : ITalkWorld
{
    private readonly List<SimulatedTalkVm> _vms = [];
    private readonly List<string> _emptyFolders = [];
    private readonly SimulatedLink _link;
    private readonly CancellationToken _cancellationToken;
    private string[]? _devices;

    public SimulatedTalkWorld(TimeProvider time, CancellationToken cancellationToken)
    {
        (Time, _cancellationToken) = (time, cancellationToken);
        _link = new SimulatedLink(new SimulatedLinkOptions { TimeProvider = time });
    }

    public string Directory => "/talk";

    public TimeProvider Time { get; }

    public TimeSpan Patience => TimeSpan.FromMinutes(10);

    public void CreateImage(string name, long bytes, bool isFull) => _link.CreateImage($"{Directory}/{name}", bytes, isFull ? bytes : 0);

    public void CreateFolder(string name) => _emptyFolders.Add($"{Directory}/{name}");

    public void CreateKeys(string name)
    {
        // nobody looks for what is in a folder
    }

    public async Task<ITalkVm> StartAsync(string name, IReadOnlyList<string> words)
    {
        var qemu = new SimulatedQemu(_link, new SimulatedQemuOptions
        {
            Name = name,
            Incoming = words.Contains("incoming"),
            StartPaused = words.Contains("paused"),
            MemoryBytes = 64L << 20,
            DirtyBytesPerSecond = 0,
            Disks = [.. words.Where(word => word.StartsWith("disk=", StringComparison.Ordinal)).Select(word => word["disk=".Length..].Split(':'))
                .Select(disk => new SimulatedDisk(disk[0], $"{Directory}/{disk[1]}"))],
        });
        _emptyFolders.ForEach(qemu.FailCredentials);
        var devices = words.Where(word => word.StartsWith("device=", StringComparison.Ordinal)).ToArray();
        if (!(_devices ??= devices).SequenceEqual(devices))
        {
            qemu.FailIncoming();
        }

        var vm = new SimulatedTalkVm(qemu, words.Any(word => word.EndsWith(":unreadable", StringComparison.Ordinal)));
        _vms.Add(vm);
        await vm.ConnectAsync(Time, _cancellationToken);
        return vm;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var vm in _vms)
        {
            await vm.DisposeAsync();
        }
    }
}
