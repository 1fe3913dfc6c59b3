using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pve.Integration.Tests.Live;
using Pve.Integration.Tests.Target;
using Pve.Migration;
using static Pve.Integration.Tests.Target.TargetBench;

namespace Pve.Integration.Tests.Samples;

/// <summary>The program as a host's whole target side: it starts QEMUs, serves clients, and cleans up after those that vanish.</summary>
public sealed class MtunnelHostTests : IDisposable
{
    private readonly SampleProgram _mtunnel = new("mtunnel");

    public void Dispose() => _mtunnel.Dispose();

    [Theory]
    [InlineData("unix, two processes")]
    [InlineData("unix, multiplexed")]
    [InlineData("TLS")]
    public async Task A_guest_moves_in_stays_when_the_client_vanishes_and_is_ended_by_commands(string way)
    {
        await using var source = await MigrationBench.BootAsync();
        await using var bench = new TargetBench();
        await File.WriteAllTextAsync(bench.TemplateFile, GuestTemplate(source.Guest), Cancellation);
        var ticks = source.Guest.Heartbeat.Listen(Path.Combine(bench.Run, "100.serial"), "target");
        var socket = Path.Combine(bench.Folder, "mtunnel");
        using var identity = NewIdentity(Path.Combine(bench.Folder, "identity.pem"));
        var fingerprint = identity.GetCertHashString(HashAlgorithmName.SHA256);
        string[] listen = way switch
        {
            "TLS" => ["--listen", "tcp:127.0.0.1:0", "--tls", Path.Combine(bench.Folder, "identity.pem"), "--client", fingerprint],
            "unix, two processes" => ["--listen", $"unix:{socket}"],
            _ => ["--listen", $"unix:{socket}", "--multiplexed"],
        };
        await using var running = await RunningMtunnel.StartAsync([.. Arguments(bench), .. listen, "--lease", "1"]);
        await using var other = way == "unix, two processes" ? await RunningMtunnel.StartAsync([.. Arguments(bench), "--listen", $"unix:{socket}-2", "--lease", "1"]) : null;
        await using (var client = await MtunnelClient.OpenAsync(To(), cancellationToken: Cancellation))
        {
            await TellAsync(client, "start", Start);
            Assert.Equal("inmigrate\n", (await OnceAsync(bench, "status")).Output); // whose monitor the tunnel has, and gives away
            var forward = new SocketForward(Path.Combine(bench.Folder, "forward"), bench.Paths.Migration);
            var qemu = IncomingQemu.OutOfReach($"unix:{forward.LocalPath}", token => client.ExecuteAsync("stop", cancellationToken: token));
            await using var target = new TunnelTarget(qemu, other is null ? To(forward) : new UnixTransport($"{socket}-2", new UnixTransportOptions { Forwards = [forward] }));
            var report = await source.MigrateAsync(target);
            Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
            await ticks.WaitForTicksAsync(20, Cancellation);
            var again = await MtunnelClient.OpenAsync(To(), cancellationToken: Cancellation);
            await again.ResumeAsync(VmId, Cancellation);
            await again.DisposeAsync(); // without quit
        }

        await running.WaitForLineAsync("VM 100 is left as it is: it was asked to resume, and may run");
        foreach (var service in new[] { running, other }.OfType<RunningMtunnel>())
        {
            Assert.Equal(0, await service.TerminateAsync());
        }

        Assert.False(File.Exists(socket));
        Assert.Single(bench.Processes());
        Assert.Equal("running\n", (await OnceAsync(bench, "status")).Output);
        (await OnceAsync(bench, "unlock")).AssertSucceeded();
        (await OnceAsync(bench, "stop")).AssertSucceeded();
        bench.AssertNothingRuns();

        IMtunnelTransport To(params SocketForward[] forwards) => way switch
        {
            "TLS" => new TcpTransport("127.0.0.1", IPEndPoint.Parse(running.Address).Port, new TcpTransportOptions
            {
                CertificateFingerprint = fingerprint, ClientCertificate = identity, Forwards = forwards,
            }),
            "unix, two processes" => new UnixTransport(socket, new UnixTransportOptions { Forwards = forwards }),
            _ => new MultiplexedTransport(new UnixTransport(socket), new MultiplexedTransportOptions { Forwards = forwards }),
        };
    }

    [Fact]
    public async Task A_client_that_vanishes_before_the_resume_leaves_nothing_after_its_lease()
    {
        await RealQemu.RequireAsync();
        await using var bench = new TargetBench();
        await File.WriteAllTextAsync(bench.TemplateFile, Template("-drive", "file={disk:scsi0},format=raw,if=none,id=drive-scsi0"), Cancellation);
        var log = Path.Combine(bench.Folder, "log");

        var result = await _mtunnel.RunAsync(
            [.. Arguments(bench), "--disk-dir", bench.Disks, "--lease", "1", "--log", log],
            input: """
                {"cmd":"disk","format":"raw","storage":"local","drive":{"interface":"scsi","index":"0","size":"1048576"}}
                {"cmd":"config","conf":"memory: 64\n"}
                {"cmd":"start","start_params":{},"migrate_opts":{}}

                """);

        result.AssertSucceeded();
        Assert.Equal(3, result.Output.Split('\n').Count(line => line.Contains("\"success\":true", StringComparison.Ordinal)));
        bench.AssertNothingRuns();
        Assert.Empty(Directory.GetFiles(bench.Disks, "*", SearchOption.AllDirectories));
        Assert.False(File.Exists(bench.Paths.Config));
        Assert.Contains("VM 100 is cleaned up, its client did not come back", await File.ReadAllTextAsync(log, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_another_one_serves_is_left_to_it()
    {
        await using var bench = new TargetBench();
        var socket = Path.Combine(bench.Folder, "mtunnel");
        await using var running = await RunningMtunnel.StartAsync(["--qmp-dir", bench.Monitors, "--listen", $"unix:{socket}"]);
        var second = await _mtunnel.RunAsync(["--qmp-dir", bench.Monitors, "--listen", $"unix:{socket}"]);
        second.AssertRefused(1, "mtunnel", socket);
        Assert.True(File.Exists(socket));
    }

    private static string[] Arguments(TargetBench bench)
        => ["--qmp-dir", bench.Monitors, "--run-dir", bench.Run, "--template", bench.TemplateFile, "--dialect", "v2", "--vmid", "100"];

    // One that both ends show each other.
    private static X509Certificate2 NewIdentity(string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=migration", key, HashAlgorithmName.SHA256);
        var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllText(file, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}");
        return certificate;
    }

    private Task<SampleResult> OnceAsync(TargetBench bench, string command)
        => _mtunnel.RunAsync(["--qmp-dir", bench.Monitors, "--run-dir", bench.Run, command, "100"]);
}
