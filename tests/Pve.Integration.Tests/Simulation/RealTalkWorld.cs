using System.Diagnostics;
using System.Text.Json;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>Real QEMUs with nothing in them but 64 MiB of RAM and the disks they are given; all of it goes at the end.</summary>
internal sealed class RealTalkWorld(CancellationToken cancellationToken) : ITalkWorld
{
    private readonly List<RealTalkVm> _vms = [];

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("talk-").FullName;

    public TimeProvider Time => TimeProvider.System;

    public TimeSpan Patience => TimeSpan.FromSeconds(20);

    public void CreateImage(string name, long bytes, bool isFull)
    {
        using var file = File.Create(Path.Combine(Directory, name));
        if (isFull)
        {
            var data = new byte[bytes];
            data.AsSpan().Fill(0x5A);
            file.Write(data);
        }

        file.SetLength(bytes);
    }

    public void CreateFolder(string name) => System.IO.Directory.CreateDirectory(Path.Combine(Directory, name));

    public void CreateKeys(string name) => TlsFolders.CreatePsk(Path.Combine(Directory, name));

    public async Task<ITalkVm> StartAsync(string name, IReadOnlyList<string> words)
    {
        var install = await RealQemu.RequireAsync();
        var socket = Path.Combine(Directory, name + ".qmp");
        List<string> arguments =
            ["-nodefaults", "-display", "none", "-machine", "pc-i440fx-7.2,accel=tcg", "-m", "64", "-qmp", $"unix:{socket},server=on,wait=off"];
        foreach (var word in words)
        {
            arguments.AddRange(word switch
            {
                "paused" => ["-S"],
                "incoming" => ["-incoming", "defer"],
                _ when word.StartsWith("device=", StringComparison.Ordinal) => ["-device", word["device=".Length..]],
                _ => Disk(word["disk=".Length..].Split(':')),
            });
        }

        var start = new ProcessStartInfo(install.Path, arguments) { RedirectStandardError = true };
        var vm = new RealTalkVm(Process.Start(start)!);
        _vms.Add(vm);
        await vm.ConnectAsync(socket, cancellationToken);
        Assert.SkipUnless(vm.Client.Greeting.Version.Qemu is { Major: 7, Minor: 2 }, "The simulation talks like QEMU 7.2; another is installed.");
        return vm;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var vm in _vms)
        {
            await vm.DisposeAsync();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private string[] Disk(string[] nodeAndImage)
    {
        var (node, file) = (nodeAndImage[0], $$"""{"driver":"file","filename":"{{JsonEncodedText.Encode(Path.Combine(Directory, nodeAndImage[1]))}}"}""");
        var device = $"virtio-blk-pci,id=dev-{node},drive={node}";
        if (nodeAndImage is [_, _, "unreadable"])
        {
            device += ",rerror=stop";
            file = $$"""{"driver":"blkdebug","image":{{file}},"inject-error":[{"event":"read_aio","errno":5}]}""";
        }

        return
        [
            "-blockdev", $$"""{"driver":"raw","node-name":"{{node}}","file":{{file}}}""",
            "-device", device,
        ];
    }
}
