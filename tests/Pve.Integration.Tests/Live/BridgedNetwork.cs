using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Pve.Integration.Tests.Live;

/// <summary>A network namespace with a bridge and two taps, and a QEMU that starts inside it.</summary>
internal sealed class BridgedNetwork : IAsyncDisposable
{
    public const string SourceTap = "tap0";
    public const string TargetTap = "tap1";
    public const string Mac = "52:54:00:12:34:57";

    private readonly string _name = $"pve-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly string _folder = Directory.CreateTempSubdirectory("pve-net-").FullName;

    /// <summary>QEMU, inside.</summary>
    public string Qemu => Path.Combine(_folder, "qemu");

    public static string[] Device(string tap)
        => ["-netdev", $"tap,id=n0,ifname={tap},script=no,downscript=no", "-device", $"e1000,id=nic0,netdev=n0,mac={Mac},romfile="];

    public static async Task<BridgedNetwork> CreateAsync(string qemu)
    {
        Assert.SkipUnless(File.Exists("/dev/net/tun") && Environment.IsPrivilegedProcess, "needs root and /dev/net/tun");
        var network = new BridgedNetwork();
        try
        {
            await RunAsync("ip", "netns", "add", network._name);
            await network.IpAsync("link", "add", "br0", "type", "bridge");
            await network.IpAsync("link", "set", "br0", "up");
            foreach (var tap in new[] { SourceTap, TargetTap })
            {
                await network.IpAsync("tuntap", "add", tap, "mode", "tap");
                await network.IpAsync("link", "set", tap, "master", "br0", "up");
            }

            // It replaces itself, so that QEMU has the id that it is ended by.
            await File.WriteAllTextAsync(network.Qemu, $"#!/bin/sh\nexec nsenter --net=/run/netns/{network._name} {qemu} \"$@\"\n");
            await RunAsync("chmod", "+x", network.Qemu);
            return network;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            await network.DisposeAsync();
            Assert.Skip($"No network namespace with taps can be made here: {e.Message}");
            throw;
        }
    }

    /// <summary>How many frames a QEMU has sent into its tap.</summary>
    public async Task<long> FramesFromAsync(string tap)
    {
        using var links = JsonDocument.Parse(await RunAsync("ip", "-netns", _name, "-json", "-stats", "link", "show", tap));
        return links.RootElement[0].GetProperty("stats64").GetProperty("rx").GetProperty("packets").GetInt64();
    }

    /// <summary>Behind which tap the bridge knows the guest; null while it has not heard of it.</summary>
    public async Task<string?> PortOfGuestAsync()
    {
        using var entries = JsonDocument.Parse(await RunAsync("ip", "netns", "exec", _name, "bridge", "-json", "fdb", "show", "br", "br0"));
        return entries.RootElement.EnumerateArray().Where(entry => entry.GetProperty("mac").GetString() == Mac)
            .Select(entry => entry.GetProperty("ifname").GetString()).FirstOrDefault();
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists($"/run/netns/{_name}"))
        {
            await RunAsync("ip", "netns", "del", _name);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Task<string> IpAsync(params string[] arguments) => RunAsync("ip", ["-netns", _name, .. arguments]);

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(MigrationBench.Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(MigrationBench.Cancellation);
        await process.WaitForExitAsync(MigrationBench.Cancellation);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await errors}");
    }
}
