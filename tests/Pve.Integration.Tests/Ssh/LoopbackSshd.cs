using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pve.Integration.Tests.Ssh;

/// <summary>An sshd on loopback with keys of its own, and a client configuration that reaches it; tests and benchmarks start it.</summary>
/// <remarks>
/// Over there HOME is its folder: bash reads <c>.bashrc</c> for each command that comes over ssh, and what the user of this machine has in his (measured: 1 s of
/// work for a version manager) is no part of a test. Nor is OpenSSH's first choice of a key exchange, 0.1 s of work at each connection.
/// </remarks>
internal sealed class LoopbackSshd : IAsyncDisposable
{
    public const string Program = "/usr/sbin/sshd";

    private const int Attempts = 5;

    private readonly string _folder;
    private readonly string _environment;
    private Process? _sshd;
    private Task _log = Task.CompletedTask;

    /// <param name="folder">Where keys and configurations are kept.</param>
    /// <param name="environment">What commands over there find in their environment, as sshd's <c>SetEnv</c> has it.</param>
    public LoopbackSshd(string folder, params string[] environment)
        => (_folder, _environment) = (folder, string.Join(' ', environment.Append($"HOME={folder}").Select(item => $"\"{item}\"")));

    public static bool IsAvailable => File.Exists(Program) && Environment.IsPrivilegedProcess;

    public int Port { get; private set; }

    public async Task StartAsync()
    {
        // where sshd locks its unprivileged half in
        Directory.CreateDirectory("/run/sshd");
        await MakeKeyAsync("host");
        await MakeKeyAsync("user");
        File.Copy(InFolder("user.pub"), InFolder("authorized_keys"));
        for (int attempt = 1; Port == 0; attempt++)
        {
            Port = await TryStartAsync(attempt == Attempts);
        }

        await File.WriteAllTextAsync(InFolder("known_hosts"), $"target {await File.ReadAllTextAsync(InFolder("host.pub"))}");
    }

    /// <summary>Makes a pair of keys, <paramref name="name"/> and <c>name.pub</c>, in the folder.</summary>
    public async Task MakeKeyAsync(string name)
    {
        using Process keygen = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", InFolder(name)]);
        await keygen.WaitForExitAsync();
    }

    /// <summary>Writes an ssh client configuration (<c>-F</c>) into the folder and returns its path.</summary>
    /// <param name="first">What comes before the settings of every host, and so wins over them.</param>
    /// <param name="hosts">Whom the key that lets us in is for, as a pattern.</param>
    public async Task<string> WriteClientConfigAsync(string first = "", string hosts = "*")
    {
        string path = InFolder("client.conf");
        await File.WriteAllTextAsync(
            path,
            $"""
            {first}
            Host {hosts}
                IdentityFile {InFolder("user")}
            Host *
                HostName 127.0.0.1
                HostKeyAlias target
                Port {Port}
                User {Environment.UserName}
                IdentitiesOnly yes
                IdentityAgent none
                StrictHostKeyChecking yes
                UserKnownHostsFile {InFolder("known_hosts")}
                GlobalKnownHostsFile /dev/null

            """);
        return path;
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
    }

    private string InFolder(string name) => Path.Combine(_folder, name);

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
            KexAlgorithms curve25519-sha256
            PermitRootLogin yes
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AllowStreamLocalForwarding yes
            StreamLocalBindUnlink yes
            PrintMotd no
            SetEnv {_environment}
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

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
