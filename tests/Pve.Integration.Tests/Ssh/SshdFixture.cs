using System.Diagnostics;
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

    private const string Program = "/usr/sbin/sshd";
    private const int Attempts = 5;

    // bound and never listening: a connection is refused, and nobody else gets the port
    private readonly Socket _closed = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private Process? _sshd;
    private Task _log = Task.CompletedTask;

    public string Folder { get; } = Directory.CreateTempSubdirectory("pve-sshd-").FullName;

    /// <summary>An ssh client configuration (<c>-F</c>) that knows the hosts above.</summary>
    public string ClientConfig => Path.Combine(Folder, "client.conf");

    /// <summary>Where commands over there are looked for first.</summary>
    public string Programs => Path.Combine(Folder, "programs");

    public static bool IsAvailable => File.Exists(Program) && Environment.IsPrivilegedProcess;

    public static void Require() => Assert.SkipUnless(IsAvailable, "needs /usr/sbin/sshd and root");

    public async ValueTask InitializeAsync()
    {
        if (!IsAvailable)
        {
            return;
        }

        // where sshd locks its unprivileged half in
        Directory.CreateDirectory("/run/sshd");
        foreach (string key in new[] { "host", "other-host", "user", "foreign" })
        {
            using Process keygen = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", InFolder(key)]);
            await keygen.WaitForExitAsync();
        }

        Directory.CreateDirectory(Programs);
        File.Copy(InFolder("user.pub"), InFolder("authorized_keys"));
        _closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = 0;
        for (int attempt = 1; port == 0; attempt++)
        {
            port = await TryStartAsync(attempt == Attempts);
        }

        await WriteClientConfigAsync(port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sshd is not null)
        {
            _sshd.Kill();
            await _sshd.WaitForExitAsync();
            await _log;
            _sshd.Dispose();
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

    private async Task<int> TryStartAsync(bool last)
    {
        int port = FreePort();
        await File.WriteAllTextAsync(
            InFolder("sshd.conf"),
            $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {InFolder("host")}
            AuthorizedKeysFile {InFolder("authorized_keys")}
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AllowStreamLocalForwarding yes
            StreamLocalBindUnlink yes
            PrintMotd no
            SetEnv "DOTNET_ROOT={Samples.SampleProgram.DotnetRoot}" "PATH={Programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            AcceptEnv STAND_IN_*
            MaxStartups 100
            MaxSessions 100

            """);
        _sshd = Process.Start(new ProcessStartInfo(Program, ["-D", "-e", "-f", InFolder("sshd.conf")]) { RedirectStandardError = true })!;
        string? said;
        string heard = "";
        while ((said = await _sshd.StandardError.ReadLineAsync()) is not null)
        {
            heard += said + "\n";
            if (said.StartsWith("Server listening", StringComparison.Ordinal))
            {
                // keeps sshd from ever waiting for a reader of its log
                _log = _sshd.StandardError.ReadToEndAsync();
                return port;
            }
        }

        // somebody took the port between looking and starting
        await _sshd.WaitForExitAsync();
        _sshd.Dispose();
        _sshd = null;
        return last ? throw new InvalidOperationException(heard) : 0;
    }

    private async Task WriteClientConfigAsync(int port)
    {
        await File.WriteAllTextAsync(InFolder("known_hosts"), $"target {await File.ReadAllTextAsync(InFolder("host.pub"))}");
        await File.WriteAllTextAsync(InFolder("changed_hosts"), $"target {await File.ReadAllTextAsync(InFolder("other-host.pub"))}");
        await File.WriteAllTextAsync(InFolder("no_hosts"), "");
        int closedPort = ((IPEndPoint)_closed.LocalEndPoint!).Port;
        await File.WriteAllTextAsync(
            ClientConfig,
            $"""
            Host {HostWithForeignKey}
                IdentityFile {InFolder("foreign")}
            Host {UnknownHost}
                UserKnownHostsFile {InFolder("no_hosts")}
            Host {ChangedHost}
                UserKnownHostsFile {InFolder("changed_hosts")}
            Host {ClosedHost}
                Port {closedPort}
            Host * !{HostWithForeignKey}
                IdentityFile {InFolder("user")}
            Host *
                HostName 127.0.0.1
                HostKeyAlias target
                Port {port}
                User {Environment.UserName}
                IdentitiesOnly yes
                IdentityAgent none
                StrictHostKeyChecking yes
                UserKnownHostsFile {InFolder("known_hosts")}
                GlobalKnownHostsFile /dev/null

            """);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
