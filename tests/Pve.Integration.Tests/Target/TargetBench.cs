using System.Text.Json;
using Mtunnel.Hosting;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Integration.Tests.Target;

/// <summary>A target side in a folder of its own; whatever it started is ended with it.</summary>
internal sealed class TargetBench : IAsyncDisposable
{
    public const int VmId = 100;
    public const string Start = """{"start_params": {"statefile": "unix", "skiplock": 1}, "migrate_opts": {"type": "websocket", "migratedfrom": "a"}}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("pve-t-").FullName;
    private readonly List<IAsyncDisposable> _owned = [];

    public TargetBench()
    {
        foreach (var folder in new[] { Monitors, Run, Path.Combine(Disks, "local") })
        {
            Directory.CreateDirectory(folder);
        }
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Folder => _folder;

    public string Monitors => Path.Combine(_folder, "qmp");

    public string Run => Path.Combine(_folder, "run");

    public string Disks => Path.Combine(_folder, "disks");

    public string TemplateFile => Path.Combine(_folder, "template");

    public HostFolders Folders => new(Monitors, Run, Disks);

    public GuestPaths Paths => Folders.Of(VmId);

    /// <summary>The arguments of every QEMU of these tests, as a template; <paramref name="more"/> are further lines.</summary>
    public static string Template(params string[] more) => string.Join('\n',
        [
            QemuInstall.DefaultBinary, "-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg", "-no-reboot",
            "-chardev", "file,id=serial,path={run-dir}/{vmid}.serial", "-serial", "chardev:serial", .. more,
        ]);

    /// <summary>The same machine as the travelling guest's, and a second monitor to look at it.</summary>
    public static string GuestTemplate(TravellingGuest guest) => Template(
        "-machine", MachineOf(guest), "-m", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(32 * 1024) + 8}k"),
        "-boot", "order=a", "-drive", $"if=floppy,format=raw,readonly=on,file={Path.GetDirectoryName(guest.Host.Folder)}/boot.img",
        "-chardev", "socket,id=watch,path={run-dir}/{vmid}.watch,server=on,wait=off", "-mon", "chardev=watch,mode=control");

    public TargetHostOptions Options(string? template = null)
        => new() { Folders = Folders, Template = template is null ? null : QemuTemplate.Parse(template) };

    public TargetHost NewHost(TargetHostOptions options)
    {
        var host = new TargetHost(options);
        _owned.Add(host);
        return host;
    }

    public async Task<MtunnelClient> OpenAsync(IMtunnelHandler handler)
    {
        var client = await MtunnelClient.OpenAsync(Transport(handler), cancellationToken: Cancellation);
        _owned.Add(client);
        return client;
    }

    public static InProcessTransport Transport(IMtunnelHandler handler)
        => new((pipe, token) => MtunnelServer.ServeAsync(pipe, handler, new MtunnelServerOptions { Dialect = MtunnelDialect.V2, Vmid = VmId }, token));

    public static Task<JsonElement> TellAsync(MtunnelClient client, string command, string? parameters = null)
        => client.ExecuteAsync(command, parameters is null ? default : JsonElement.Parse(parameters), Cancellation);

    public static async Task<string> RefusedAsync(MtunnelClient client, string command, string? parameters = null)
        => (await Assert.ThrowsAsync<MtunnelRefusedException>(() => TellAsync(client, command, parameters))).ErrorText;

    /// <summary>The processes that know this bench's folder.</summary>
    public IReadOnlyList<int> Processes()
        => [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Where(Knows!).Select(int.Parse!)];

    /// <summary>Neither a process nor a socket is left.</summary>
    public void AssertNothingRuns()
    {
        Assert.Empty(Processes());
        Assert.All(Paths.Sockets, socket => Assert.False(File.Exists(socket), socket));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            await owned.DisposeAsync();
        }

        foreach (var pid in Processes())
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(pid);
                process.Kill();
                await process.WaitForExitAsync();
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                // it has just ended
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string MachineOf(TravellingGuest guest)
    {
        var line = File.ReadAllText($"/proc/{guest.Host.Process.Pid}/cmdline").Split('\0');
        return line[Array.IndexOf(line, "-machine") + 1];
    }

    private bool Knows(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(_folder, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
    }
}
