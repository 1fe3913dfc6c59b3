using System.Diagnostics;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>Alone in its process while it runs: virtual time waits for a thread pool that is at rest.</summary>
[CollectionDefinition(nameof(SimulatedQemuFidelityTests), DisableParallelization = true)]
[Collection(nameof(SimulatedQemuFidelityTests))]
public sealed class SimulatedQemuFidelityTests
{
    private const string Binary = "qemu-system-x86_64";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_simulation_talks_as_qemu_does()
    {
        var directory = Directory.CreateTempSubdirectory("simulated-");
        try
        {
            string[] refused = [$"unix:{directory.FullName}/nobody", "tcp:127.0.0.1:1"];
            var real = await TalkToRealAsync(Path.Combine(directory.FullName, "qmp"), refused);
            var simulated = await TalkToSimulatedAsync(refused);
            Assert.Equal(string.Join('\n', real), string.Join('\n', simulated));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<List<string>> TalkToSimulatedAsync(string[] refused)
    {
        var time = new VirtualTime();
        return await time.RunAsync(async () =>
        {
            var link = new SimulatedLink(new SimulatedLinkOptions { TimeProvider = time });
            await using var qemu = new SimulatedQemu(link, new SimulatedQemuOptions { StartPaused = true, MemoryBytes = 64L << 20 });
            await using var client = await QmpClient.ConnectAsync(qemu.OpenMonitor(), "simulated", new QmpClientOptions { TimeProvider = time }, Cancellation);
            return await MonitorTalk.HoldAsync(client, refused, Cancellation);
        }, Cancellation);
    }

    private static async Task<List<string>> TalkToRealAsync(string socket, string[] refused)
    {
        using var process = StartReal(socket);
        try
        {
            await using var client = await ConnectAsync(process, socket);
            Assert.SkipUnless(client.Greeting.Version.Qemu is { Major: 7, Minor: 2 }, "The simulation talks like QEMU 7.2; another is installed.");
            return await MonitorTalk.HoldAsync(client, refused, Cancellation);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static Process StartReal(string socket)
    {
        string[] arguments =
            ["-nodefaults", "-display", "none", "-S", "-machine", "pc-i440fx-7.2,accel=tcg", "-m", "64", "-qmp", $"unix:{socket},server=on,wait=off"];
        try
        {
            return Process.Start(new ProcessStartInfo(Binary, arguments))!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{Binary} is not installed.");
            throw;
        }
    }

    private static async Task<QmpClient> ConnectAsync(Process process, string socket)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await QmpClient.ConnectAsync(QmpEndpoint.Unix(socket), cancellationToken: Cancellation);
            }
            catch (QmpConnectionException) when (attempt < 100 && !process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancellation);
            }
        }
    }
}
