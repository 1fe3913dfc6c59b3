using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Mtunnel.Hosting;
using Mtunnel.Logging;
using Pve.Migration;

namespace Mtunnel;

/// <summary>The options, and what they mean together.</summary>
internal static partial class CommandLine
{
    private const int MaxSocketPath = 107;
    private const int LongestSocketName = 22; // /999999999_nbd.migrate

    private static readonly Option<string> QmpDir = new("--qmp-dir") { Description = "where the monitors are: VM 100's is DIR/100.qmp", HelpName = "DIR", Required = true, Recursive = true };
    private static readonly Option<string?> RunDir = new("--run-dir") { Description = "where what belongs to a run is kept: sockets, configurations, leases", HelpName = "DIR", Recursive = true };
    private static readonly Option<string?> DiskDir = new("--disk-dir") { Description = "where disks are made: storage local is DIR/local", HelpName = "DIR", Recursive = true };
    private static readonly Option<string?> Claims = new("--claims") { Description = "where the leases are: a VM is claimed there before it is let run, and refused where it is not ours", HelpName = "DIR", Recursive = true };
    private static readonly Option<string?> Owner = new("--owner") { Description = "what the leases call this side; the host's name unless given", HelpName = "NAME", Recursive = true };
    private static readonly Option<string?> Log = new("--log") { Description = "where to log; nowhere unless given", HelpName = "FILE|stderr", Recursive = true };
    private static readonly Option<string?> LogLevelName = new("--log-level") { Description = "the lowest level that is logged; info unless given", HelpName = "error|warning|info|debug", Recursive = true };
    private static readonly Option<string> Dialect = new("--dialect") { Description = "what to speak", HelpName = "v0|v1|v2", DefaultValueFactory = _ => "v1" };
    private static readonly Option<string?> Vmid = new("--vmid") { Description = "the VM of this tunnel: its monitor is connected to ahead, which makes its resume quicker; v2, whose commands name none, needs it", HelpName = "N" };
    private static readonly Option<string?> Template = new("--template") { Description = "how a QEMU is started: its program and arguments, one a line", HelpName = "FILE" };
    private static readonly Option<string?> Bandwidth = new("--bandwidth") { Description = "what a migration may take a second; a source asks for it", HelpName = "MIB" };
    private static readonly Option<string?> Lease = new("--lease") { Description = "how long a client that vanished may take to come back before its VM is cleaned up; for ever unless given", HelpName = "SECONDS" };
    private static readonly Option<string?> Listen = new("--listen") { Description = "serve clients there, until TERM or Ctrl-C", HelpName = "unix:PATH|tcp:ADDRESS:PORT" };
    private static readonly Option<string?> Tls = new("--tls") { Description = "the certificate and its key, in PEM, of a TCP port that is not loopback's", HelpName = "FILE" };
    private static readonly Option<string?> Client = new("--client") { Description = "the SHA-256 fingerprint of the certificate that its clients must have", HelpName = "FINGERPRINT" };
    private static readonly Option<bool> Multiplexed = new("--multiplexed") { Description = "each client brings tunnel, RAM and disks in one connection" };
    private static readonly Argument<string> Vm = new("VMID") { Description = "the VM" };

    private static readonly (string Name, string Description)[] Once =
    [
        ("resume", "lets one VM run, without a tunnel: the old way, one ssh a command"),
        ("status", "prints a VM's state, such as running or inmigrate"),
        ("stop", "ends a VM's QEMU"),
        ("nbdstop", "ends the NBD server of a VM's QEMU"),
        ("unlock", "takes the lock out of a VM's configuration"),
    ];

    private const string WatchHelp
        = "on the source: gives a VM's guest back where it waits at pre-switchover and the migrator at the other end of standard input is gone";

    public static async Task<int> RunAsync(
        string[] args, Func<TunnelOptions, CancellationToken, Task<int>> serve, Func<TunnelOptions, string, CancellationToken, Task<int>> once,
        Func<TunnelOptions, CancellationToken, Task<int>> watch)
    {
        var root = new RootCommand("The target side of a migration tunnel, on standard input and output; ssh starts it.")
        {
            QmpDir, RunDir, DiskDir, Dialect, Vmid, Template, Bandwidth, Lease, Listen, Tls, Client, Multiplexed, Claims, Owner, Log, LogLevelName,
        };
        root.SetAction((result, token) => JudgedAsync(() => serve(Read(result), token)));
        foreach (var (name, description) in Once)
        {
            var command = new Command(name, description) { Vm };
            command.SetAction((result, token) => JudgedAsync(() => once(ReadOnce(result), name, token)));
            root.Add(command);
        }

        var watching = new Command("watch", WatchHelp) { Vm };
        watching.SetAction((result, token) => JudgedAsync(() => watch(ReadOnce(result), token)));
        root.Add(watching);

        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return parsed.Errors.Count > 0 ? await ComplainAsync(parsed.Errors[0].Message) : await parsed.InvokeAsync();
    }

    private static async Task<int> JudgedAsync(Func<Task<int>> act)
    {
        try
        {
            return await act();
        }
        catch (FormatException e)
        {
            return await ComplainAsync(e.Message);
        }
    }

    private static async Task<int> ComplainAsync(string problem)
    {
        await Console.Error.WriteLineAsync($"mtunnel: {problem.ReplaceLineEndings(" ").TrimEnd('.')}. See mtunnel --help.");
        return 2;
    }

    private static TunnelOptions Read(ParseResult result)
    {
        var options = ReadCommon(result) with
        {
            Dialect = result.GetRequiredValue(Dialect) switch
            {
                "v0" => MtunnelDialect.V0,
                "v1" => MtunnelDialect.V1,
                "v2" => MtunnelDialect.V2,
                var other => throw new FormatException($"--dialect takes v0, v1 or v2, not '{other}'"),
            },
            Vmid = result.GetValue(Vmid) is { } vm ? ReadVmid(vm) : null,
            Template = result.GetValue(Template) is { } file ? ReadTemplate(file) : null,
            BandwidthMiB = ReadNumber("--bandwidth", "MiB a second", result.GetValue(Bandwidth), 1_000_000),
            Lease = ReadNumber("--lease", "seconds", result.GetValue(Lease), 1_000_000) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Listen = result.GetValue(Listen) is { } address ? ReadAddress(address) : null,
            Certificate = result.GetValue(Tls) is { } pem ? ReadCertificate(pem) : null,
            Client = result.GetValue(Client) is { } fingerprint ? ReadFingerprint(fingerprint) : null,
            Multiplexed = result.GetValue(Multiplexed),
        };
        return Contradiction(options) is { } problem ? throw new FormatException(problem) : options;
    }

    private static TunnelOptions ReadOnce(ParseResult result)
    {
        var options = ReadCommon(result) with { Vmid = ReadVmid(result.GetRequiredValue(Vm)) };
        return result.CommandResult.Command.Name == "unlock" && options.Folders.Run is null
            ? throw new FormatException("unlock needs --run-dir DIR, where the configurations are")
            : options;
    }

    private static TunnelOptions ReadCommon(ParseResult result)
    {
        var log = result.GetValue(Log);
        return log is null && result.GetValue(LogLevelName) is not null
            ? throw new FormatException("--log-level goes with --log FILE or --log stderr")
            : new TunnelOptions
            {
                Folders = new HostFolders(
                    ReadFolder("--qmp-dir", result.GetRequiredValue(QmpDir)),
                    result.GetValue(RunDir) is { } run ? ReadFolder("--run-dir", run) : null,
                    result.GetValue(DiskDir) is { } disks ? ReadFolder("--disk-dir", disks) : null),
                Log = log == "" ? throw new FormatException("--log takes a file, or stderr") : log,
                LogLevel = ReadLevel(result.GetValue(LogLevelName)),
                Claims = ReadClaims(result.GetValue(Claims), result.GetValue(Owner)),
            };
    }

    private static string? Contradiction(TunnelOptions options) => options switch
    {
        { Dialect: MtunnelDialect.V2, Vmid: null } => "--dialect v2 needs --vmid N, since its commands name no VM",
        { Dialect: not MtunnelDialect.V2, Template: not null } => "--template needs --dialect v2, which alone can start a QEMU",
        { Dialect: not MtunnelDialect.V2, Folders.Disks: not null } => "--disk-dir needs --dialect v2, which alone can make disks",
        { Dialect: not MtunnelDialect.V2, BandwidthMiB: not null } => "--bandwidth needs --dialect v2, which alone can be asked for it",
        { Folders.Run: null, Template: not null } => "--template needs --run-dir DIR, for QEMU's sockets",
        { Folders.Run: null, Folders.Disks: not null } => "--disk-dir needs --run-dir DIR, where it is noted which disks were made",
        { Folders.Disks: null, Template.Drives: [var drive, ..] } => $"the template's {{disk:{drive}}} needs --disk-dir DIR",
        { Lease: not null, Vmid: null } => "--lease needs --vmid N: which VM would be cleaned up?",
        { Lease: not null, Folders.Run: null } => "--lease needs --run-dir DIR, where leases are kept",
        { Multiplexed: true, Listen: null } => "--multiplexed goes with --listen",
        { Certificate: not null, Listen: not IPEndPoint } => "--tls goes with --listen tcp:ADDRESS:PORT",
        { Certificate: null, Client: not null } => "--client goes with --tls FILE",
        { Certificate: not null, Client: null } => "--tls needs --client FINGERPRINT: whoever reaches the port could end a guest",
        { Certificate: null, Listen: IPEndPoint { Address: var address } } when !IPAddress.IsLoopback(address)
            => $"--listen tcp:{address} is not loopback, and a tunnel never leaves the machine in the clear: give --tls FILE and --client FINGERPRINT",
        { Multiplexed: true, Folders.Run: null } => "--multiplexed needs --run-dir DIR, whose sockets its clients may reach",
        { Template: not null } => QemuOptions("--qmp-dir", options.Folders.Monitors),
        _ => null,
    };

    // Commas and colons divide QEMU's own options, and a space the words of whoever starts it by hand.
    private static string? QemuOptions(string option, string folder)
        => folder.Any(c => c is ',' or ':' or ' ' || char.IsControl(c)) ? $"{option} '{folder}' must have no comma, colon or space, which QEMU's options cannot carry" : null;

    private static string ReadFolder(string option, string text)
    {
        var folder = text.Length > 0 ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text)) : text;
        if (!Directory.Exists(folder))
        {
            throw new FormatException($"{option} '{text}' is no directory; make it first");
        }

        if (option == "--qmp-dir")
        {
            return folder;
        }

        return QemuOptions(option, folder) is { } problem ? throw new FormatException(problem)
            : option == "--run-dir" && Encoding.UTF8.GetByteCount(folder) + LongestSocketName > MaxSocketPath
                ? throw new FormatException($"--run-dir '{folder}' is too long for the path of a socket; {MaxSocketPath - LongestSocketName} bytes fit")
                : folder;
    }

    private static LeaseOwnership? ReadClaims(string? folder, string? owner)
    {
        if (folder is null)
        {
            return owner is null ? null : throw new FormatException("--owner goes with --claims DIR");
        }

        if (!Directory.Exists(folder))
        {
            throw new FormatException($"--claims '{folder}' is no directory; make it first");
        }

        try
        {
            // Who had the guest before is the lease's to say: here it is only claimed.
            return new LeaseOwnership(new LeaseOwnershipOptions { Folder = Path.GetFullPath(folder), Source = "(the source)", Target = owner ?? Environment.MachineName });
        }
        catch (ArgumentException)
        {
            throw new FormatException($"--owner takes the name that the leases have, one line of at most 255 characters, not '{owner}'");
        }
    }

    private static int ReadVmid(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var vm) && vm is >= 1 and <= 999_999_999
            ? vm
            : throw new FormatException($"a VM's number is within 1 to 999999999, not '{text}'");

    private static int? ReadNumber(string option, string what, string? text, int most)
        => text is null ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{option} takes {what}, from 1 to {most}, not '{text}'"));

    private static QemuTemplate ReadTemplate(string file)
    {
        try
        {
            return QemuTemplate.Read(file);
        }
        catch (FormatException e)
        {
            throw new FormatException($"--template {file}: {e.Message}", e);
        }
    }

    private static EndPoint ReadAddress(string text) => text switch
    {
        _ when text.StartsWith("unix:/", StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(text) - 5 <= MaxSocketPath && !text.Any(char.IsControl)
            => new UnixDomainSocketEndPoint(text[5..]),
        ['t', 'c', 'p', ':', .. var tcp] when PortAtTheEnd().IsMatch(tcp) && IPEndPoint.TryParse(tcp, out var port) => port,
        _ => throw new FormatException($"--listen takes unix: and an absolute path of at most {MaxSocketPath} bytes, or tcp:ADDRESS:PORT, not '{text}'"),
    };

    // 192.0.2.1:8000, [2001:db8::1]:8000
    [GeneratedRegex(@"^([0-9.]+|\[[0-9a-fA-F:.]+\]):[0-9]+$")]
    private static partial Regex PortAtTheEnd();

    private static X509Certificate2 ReadCertificate(string file)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new FormatException($"--tls {file} holds no certificate with its key: {e.Message}", e);
        }
    }

    private static string ReadFingerprint(string text)
        => text.Replace(":", "", StringComparison.Ordinal) is { Length: 64 } digits && digits.All(char.IsAsciiHexDigit)
            ? digits
            : throw new FormatException($"--client takes a SHA-256 fingerprint, 64 hexadecimal digits with or without colons, not '{text}'");

    private static LogLevel ReadLevel(string? text) => text switch
    {
        "error" => LogLevel.Error,
        "warning" => LogLevel.Warning,
        "info" or null => LogLevel.Information,
        "debug" => LogLevel.Debug,
        _ => throw new FormatException($"--log-level takes error, warning, info or debug, not '{text}'"), // trace would show the wire, and its secrets
    };
}
