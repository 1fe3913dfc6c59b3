using Pve.Migration.Testing;

namespace Pve.Integration.Tests;

/// <summary>A directory with a boot sector and the QEMUs that run it; all of it goes when the test ends.</summary>
internal sealed class GuestBench(int spanMiB, int? pagesPerTick = null) : IAsyncDisposable
{
    private readonly List<QemuProcess> _processes = [];

    public BootSectorGuest Guest { get; } = new(spanMiB, pagesPerTick);

    public SerialHeartbeat Heartbeat { get; } = new();

    public string Root { get; } = Directory.CreateTempSubdirectory("pve-guest-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<(QemuProcess Process, HeartbeatSource Ticks)> StartAsync(string name, bool incoming = false)
    {
        var process = await StartUnheardAsync(name, incoming);
        return (process, Heartbeat.Attach(process, name));
    }

    public async Task<QemuProcess> StartUnheardAsync(string name, bool incoming = false, string? serialPath = null)
    {
        await RealQemu.RequireAsync();
        var image = Path.Combine(Root, "boot.img");
        await Guest.WriteAsync(image, Cancellation);
        var process = await QemuProcess.StartAsync(
            new QemuProcessOptions
            {
                Directory = Path.Combine(Root, name),
                VmId = "100",
                Name = name,
                BootImage = image,
                MemoryMiB = Guest.MinimumMemoryMiB,
                Incoming = incoming,
                Paused = incoming,
                SerialPath = serialPath,
            },
            cancellationToken: Cancellation);
        _processes.Add(process);
        return process;
    }

    /// <summary>The guest's tick counter, read from its RAM while it may run.</summary>
    public async Task<uint> ReadTickAsync(RawQmp qmp)
    {
        var file = Path.Combine(Root, "tick");
        await qmp.ExecuteAsync("pmemsave", $$"""{"val": {{GuestMemory.Address}}, "size": 4, "filename": "{{file}}"}""");
        return BitConverter.ToUInt32(await File.ReadAllBytesAsync(file, Cancellation));
    }

    /// <summary>Dumps the RAM of a paused guest and looks at it.</summary>
    public async Task<GuestMemoryResult> CheckMemoryAsync(RawQmp qmp)
    {
        var memory = new GuestMemory(Guest);
        var file = Path.Combine(Root, "dump");
        await qmp.ExecuteAsync("pmemsave", $$"""{"val": {{GuestMemory.Address}}, "size": {{memory.Length}}, "filename": "{{file}}"}""");
        return await memory.CheckAsync(file, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await Heartbeat.DisposeAsync();

        Directory.Delete(Root, recursive: true);
    }
}
