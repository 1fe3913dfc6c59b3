using Pve.Integration.Tests.Ssh;
using Pve.Migration;

namespace Pve.Integration.Tests.Proxmox;

/// <summary>
/// A Proxmox VE node behind the real sshd: <c>qm</c>, <c>pvesr</c> and <c>pgrep</c> are scripts that record how they were called, and do what
/// a test says. Node a's own <c>qm</c>, and the cluster's file system with the VM at node a, belong to it.
/// </summary>
internal sealed class StandInNode : IDisposable
{
    public const int VmId = 100;
    public const string Ticket = "s3cret-t1cket";

    private readonly SshdFixture _sshd;

    public StandInNode(SshdFixture sshd)
    {
        SshdFixture.Require();
        _sshd = sshd;
        foreach (var folder in new[] { There, Here, Path.GetDirectoryName(ConfigAt("a"))!, Path.GetDirectoryName(ConfigAt("b"))! })
        {
            Directory.CreateDirectory(folder);
        }

        File.WriteAllText(ConfigAt("a"), "name: guest\nmemory: 32\n\n[before]\nlock: backup\n");
        foreach (var program in new[] { "qm", "pvesr", "pgrep" })
        {
            WriteProgram(Path.Combine(sshd.Programs, program), $"exec \"$STAND_IN_NODE/{program}\" \"$@\"");
        }

        // what the last word of a command line says is what runs over there
        WriteProgram(SshPath, $"for last; do :; done\nprintf '%s\\n' \"$last\" >>'{InFolder("ssh")}'\nexec ssh \"$@\"");
        WriteProgram(InFolder("qm"), Recorder("qm", "qm-$1"));
        WriteProgram(InFolder("pvesr"), Recorder("pvesr", "pvesr"));
        WriteProgram(InFolder("pgrep"), Recorder("pgrep", "pgrep"));
        WriteProgram(QmAtSource, Recorder("qm", "source-qm-$1"));
        On("pgrep", "exit 1");
        On("source-qm-set", $"grep -q '^lock: migrate' '{ConfigAt("a")}' && exit 2\nsed -i '1ilock: migrate' '{ConfigAt("a")}'");
        On("source-qm-unlock", $"sed -i '1,/^$/{{/^lock: /d}}' '{ConfigAt("a")}'");
        On("qm-unlock", $"sed -i '1,/^$/{{/^lock: /d}}' '{ConfigAt("b")}'");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("pve-n-").FullName;

    /// <summary>The node's directory for sockets.</summary>
    public string There => InFolder("there");

    /// <summary>The source's directory for sockets.</summary>
    public string Here => InFolder("here");

    public string MigrationPath => Path.Combine(There, "100.migrate");

    /// <summary>The commands that were given to ssh, in their order.</summary>
    public string[] SshCalls => Lines("ssh");

    /// <summary>How the stand-ins of both nodes were called, in their order.</summary>
    public string[] Calls => Lines("calls");

    /// <summary>What the latest <c>qm start</c> read.</summary>
    public string StartInput => File.ReadAllText(InFolder("input"));

    public PveNodeTargetOptions Options => new()
    {
        Ssh = _sshd.Options(SshdFixture.Host) with { SshPath = SshPath, ExtraOptions = [$"SetEnv=STAND_IN_NODE={Folder}"] },
        SourceNode = "a",
        Machine = "pc-i440fx-7.2",
        SpiceTicket = Ticket,
        RemoteSocketDirectory = There,
        LocalSocketDirectory = Here,
    };

    public PveNodeSource Source => new(SourceOptions);

    public PveNodeSourceOptions SourceOptions => new()
    {
        SourceNode = "a",
        TargetNode = "b",
        ConfigRoot = InFolder("pve"),
        QmPath = QmAtSource,
    };

    /// <summary>The reads of the input come first in <c>qm start</c>, as there; a script may look at <c>$@</c>.</summary>
    public StandInNode On(string name, string script)
    {
        File.WriteAllText(InFolder(name + ".sh"), script.ReplaceLineEndings("\n") + "\n");
        return this;
    }

    /// <summary>What <c>qm start</c> prints.</summary>
    public StandInNode OnStartPrint(params string[] lines)
        => On("qm-start", $"cat >'{InFolder("input")}'\ncat <<'END'\n{string.Join('\n', lines)}\nEND");

    public string ConfigAt(string node) => Path.Combine(InFolder("pve"), "nodes", node, "qemu-server", "100.conf");

    public string[] LocksAt(string node) => [.. File.ReadLines(ConfigAt(node)).TakeWhile(line => line.Length > 0).Where(line => line.StartsWith("lock", StringComparison.Ordinal))];

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string SshPath => InFolder("ssh-recorded");

    private string QmAtSource => InFolder("source-qm");

    private string InFolder(string name) => Path.Combine(Folder, name);

    private string[] Lines(string file) => File.Exists(InFolder(file)) ? File.ReadAllLines(InFolder(file)) : [];

    private string Recorder(string program, string script) =>
        $"printf '%s\\n' \"{program} $*\" >>'{InFolder("calls")}'\nscript=\"{InFolder(script)}.sh\"\nif [ -e \"$script\" ]; then . \"$script\"; fi";

    private static void WriteProgram(string path, string script)
    {
        if (!File.Exists(path) && !OperatingSystem.IsWindows())
        {
            File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }
}
