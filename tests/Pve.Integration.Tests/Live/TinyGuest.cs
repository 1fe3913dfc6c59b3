using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using System.Text.Json;

namespace Pve.Integration.Tests.Live;

/// <summary>A guest of a few instructions, which does one thing when a key is pressed, and a QEMU that waits for it.</summary>
internal sealed class TinyGuest : IAsyncDisposable
{
    // mov ah, 0 · int 16h: wait for a key
    private static readonly byte[] AwaitKey = [0xB4, 0x00, 0xCD, 0x16];

    // mov dx, 604h · mov ax, … · out dx, ax · hlt · jmp $-1: write SLP_EN and the type of sleep to ACPI's PM1a_CNT
    private static readonly byte[] PowerOff = [0xBA, 0x04, 0x06, 0xB8, 0x00, 0x20, 0xEF, 0xF4, 0xEB, 0xFD];
    private static readonly byte[] Suspend = [0xBA, 0x04, 0x06, 0xB8, 0x00, 0x24, 0xEF, 0xF4, 0xEB, 0xFD];

    // jmp f000h:fff0h
    private static readonly byte[] Restart = [0xEA, 0xF0, 0xFF, 0x00, 0xF0];

    private readonly string _folder = Directory.CreateTempSubdirectory("pve-tiny-").FullName;
    private readonly List<IAsyncDisposable> _parts = [];

    public required QmpClient Source { get; set; }

    public required QmpClient Target { get; set; }

    public required QemuProcess SourceProcess { get; set; }

    public required QemuProcess TargetProcess { get; set; }

    public IMigrationTarget AsTarget() => new LocalTarget(new IncomingQemu(Target, $"unix:{Path.Combine(_folder, "migrate")}", kill: _ => TargetProcess.KillAsync()));

    /// <param name="does"><c>power off</c>, <c>suspend</c> or <c>restart</c>, each when a key is pressed.</param>
    /// <param name="arguments">More of QEMU's, on both sides.</param>
    public static async Task<TinyGuest> StartAsync(string does, params string[] arguments)
    {
        await RealQemu.RequireAsync();
        var guest = new TinyGuest { Source = null!, Target = null!, SourceProcess = null!, TargetProcess = null! };
        var sector = new byte[64 * 1024];
        byte[] code = [.. AwaitKey, .. does switch { "power off" => PowerOff, "suspend" => Suspend, _ => Restart }];
        code.CopyTo(sector, 0);
        (sector[510], sector[511]) = (0x55, 0xAA);
        await File.WriteAllBytesAsync(guest.Image, sector, MigrationBench.Cancellation);
        (guest.SourceProcess, guest.Source) = await guest.StartQemuAsync("source", incoming: false, arguments);
        (guest.TargetProcess, guest.Target) = await guest.StartQemuAsync("target", incoming: true, arguments);
        return guest;
    }

    /// <summary>Presses a key, again and again, until QEMU tells <paramref name="until"/>: the first ones may come before the guest has booted.</summary>
    public async Task PressKeyAsync(string until)
    {
        using var told = Source.Subscribe(until);
        var keys = JsonElement.Parse("""{"keys": [{"type": "qcode", "data": "a"}]}""");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(MigrationBench.Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!told.TryRead(out _))
        {
            await Source.TryExecuteAsync("send-key", keys, cancellationToken: deadline.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Image => Path.Combine(_folder, "boot.img");

    private async Task<(QemuProcess Process, QmpClient Monitor)> StartQemuAsync(string name, bool incoming, string[] arguments)
    {
        var process = await QemuProcess.StartAsync(
            new QemuProcessOptions
            {
                Directory = _folder,
                VmId = name,
                MemoryMiB = 16,
                BootImage = Image,
                Incoming = incoming,
                Paused = incoming,
                ExtraArguments = arguments,
            },
            cancellationToken: MigrationBench.Cancellation);
        _parts.Add(process);
        var monitor = await QmpClient.ConnectAsync(QmpEndpoint.Unix(process.WatchPath), cancellationToken: MigrationBench.Cancellation);
        _parts.Add(monitor);
        return (process, monitor);
    }
}
