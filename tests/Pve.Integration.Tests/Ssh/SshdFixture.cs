using System.Net;
using System.Net.Sockets;
using Pve.Migration;
using Pve.Integration.Tests.Ssh;

[assembly: AssemblyFixture(typeof(SshdFixture))]

namespace Pve.Integration.Tests.Ssh;

/// <summary>
/// A real sshd on loopback with keys and configurations of its own, for all tests of the assembly. Where there is none, or we are not
/// root, <see cref="Require"/> skips the test.
/// </summary>
public sealed class SshdFixture : IAsyncLifetime
{
    /// <summary>The host that lets us in.</summary>
    public const string Host = "target";

    /// <summary>The same host, asked with a key it does not know.</summary>
    public const string HostWithForeignKey = "target-foreign-key";

    /// <summary>The same host, whose key we do not know.</summary>
    public const string UnknownHost = "target-unknown";

    /// <summary>The same host, for which we know another key.</summary>
    public const string ChangedHost = "target-changed";

    /// <summary>An address where nobody listens.</summary>
    public const string ClosedHost = "target-closed";

    // bound and never listening: a connection is refused, and nobody else gets the port
    private readonly Socket _closed = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private LoopbackSshd? _sshd;

    public string Folder { get; } = Directory.CreateTempSubdirectory("pve-sshd-").FullName;

    /// <summary>An ssh client configuration (<c>-F</c>) that knows the hosts above.</summary>
    public string ClientConfig => Path.Combine(Folder, "client.conf");

    /// <summary>Where commands over there are looked for first.</summary>
    public string Programs => Path.Combine(Folder, "programs");

    public static bool IsAvailable => LoopbackSshd.IsAvailable;

    public static void Require() => Assert.SkipUnless(IsAvailable, "needs /usr/sbin/sshd and root");

    public async ValueTask InitializeAsync()
    {
        if (!IsAvailable)
        {
            return;
        }

        Directory.CreateDirectory(Programs);
        _closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _sshd = new LoopbackSshd(
            Folder,
            $"DOTNET_ROOT={Samples.SampleProgram.DotnetRoot}", $"PATH={Programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        await _sshd.StartAsync();
        await _sshd.MakeKeyAsync("other-host");
        await _sshd.MakeKeyAsync("foreign");
        await WriteClientConfigAsync(_sshd);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sshd is not null)
        {
            await _sshd.DisposeAsync();
        }

        _closed.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Options that reach <paramref name="host"/> and run <paramref name="remoteCommand"/> there.</summary>
    public SshTransportOptions Options(string host, params string[] remoteCommand) =>
        new() { Host = host, ConfigFile = ClientConfig, RemoteCommand = remoteCommand };

    /// <summary>Writes a shell script into the folder and returns the command that runs it.</summary>
    public string[] Script(string text)
    {
        string path = InFolder($"{Guid.NewGuid():N}.sh");
        File.WriteAllText(path, text.ReplaceLineEndings("\n"));
        return ["sh", path];
    }

    /// <summary>A new path in the folder.</summary>
    public string NewPath(string suffix) => InFolder($"{Guid.NewGuid().ToString("N")[..8]}{suffix}");

    private string InFolder(string name) => Path.Combine(Folder, name);

    private async Task WriteClientConfigAsync(LoopbackSshd sshd)
    {
        await File.WriteAllTextAsync(InFolder("changed_hosts"), $"target {await File.ReadAllTextAsync(InFolder("other-host.pub"))}");
        await File.WriteAllTextAsync(InFolder("no_hosts"), "");
        await sshd.WriteClientConfigAsync(
            $"""
            Host {HostWithForeignKey}
                IdentityFile {InFolder("foreign")}
            Host {UnknownHost}
                UserKnownHostsFile {InFolder("no_hosts")}
            Host {ChangedHost}
                UserKnownHostsFile {InFolder("changed_hosts")}
            Host {ClosedHost}
                Port {((IPEndPoint)_closed.LocalEndPoint!).Port}
            """,
            $"* !{HostWithForeignKey}");
    }
}
