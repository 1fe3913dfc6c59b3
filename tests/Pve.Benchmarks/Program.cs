using System.CommandLine;
using Pve.Benchmarks;
using Pve.Benchmarks.Qmp;
using Pve.Benchmarks.Tunnel;

var runs = new Option<int>("--runs") { Description = "how often each way is taken", DefaultValueFactory = _ => 20 };
var ssh = new Option<string?>("--ssh") { Description = "also over ssh to this host, which must lead back here", HelpName = "HOST" };
var sshConfig = new Option<string?>("--ssh-config") { Description = "ssh's configuration file", HelpName = "FILE" };
var mtunnel = new Option<string?>("--mtunnel") { Description = "the mtunnel that ssh starts", HelpName = "PATH" };
var pause = new Command("pause", "the pause of a migration against a target that starts itself, in turn, on real QEMU") { runs, ssh, sshConfig, mtunnel };
pause.SetAction((result, token) => PauseBenchmark.RunAsync(
    result.GetValue(runs), result.GetValue(ssh), result.GetValue(sshConfig), result.GetValue(mtunnel), token));

var disks = new Command("disks", "the pause of a guest with disks of 256 MiB that it writes all the time, against the same guest without, in turn, and the limits of 10 and 20 ms more") { runs };
disks.SetAction((result, token) => DisksBenchmark.RunAsync(result.GetValue(runs), token));

var program = new Argument<string>("PATH") { Description = "the published mtunnel" };
var greeting = new Command("greeting", "from the start of mtunnel to its greeting, and its memory then, against the limits of 20 ms and 30 MB and against /bin/true") { program, runs };
greeting.SetAction((result, token) => GreetingBenchmark.RunAsync(result.GetRequiredValue(program), result.GetValue(runs), token));

var commands = new Option<int>("--commands") { Description = "how many commands or events each round has", DefaultValueFactory = _ => 1_000_000 };
var throughput = new Command("throughput", "QMP round trips and events against a peer in memory, against the limits they have to reach") { commands };
throughput.SetAction(async (result, token) =>
{
    await RoundTripBenchmark.RunAsync(result.GetValue(commands), token);
    await EventBenchmark.RunAsync(result.GetValue(commands), token);
});

var mib = new Option<int?>("--mib") { Description = "only this size, read in this process: prints milliseconds and the growth of the peak in bytes" };
var longLine = new Command("long-line", "replies of 1, 4, 16 and 64 MiB in one line: time for each MiB, and memory at the peak") { mib };
longLine.SetAction((result, token) => result.GetValue(mib) is { } size ? LongLineBenchmark.ReadOneAsync(size, token) : LongLineBenchmark.RunAsync(token));

var clients = new Option<int>("--clients") { Description = "how many", DefaultValueFactory = _ => 1000 };
var idle = new Command("idle", "the memory of QMP clients that are connected and silent") { clients };
idle.SetAction((result, token) => IdleClientsBenchmark.RunAsync(result.GetValue(clients), token));

var qemu = new Option<string>("--qemu") { Description = "the QEMU to ask", DefaultValueFactory = _ => "qemu-system-x86_64" };
var pythonQmp = new Option<string?>("--python-qmp") { Description = "the folder that holds qemu/qmp, qemu.qmp's Python package", HelpName = "FOLDER" };
var each = new Option<int>("--commands") { Description = "how many commands each round has", DefaultValueFactory = _ => 2000 };
var real = new Command("real", "query-status on a real QEMU, against a bare socket loop and qemu.qmp in Python, in turn") { qemu, pythonQmp, each, runs };
real.SetAction((result, token) => RealQemuBenchmark.RunAsync(
    result.GetRequiredValue(qemu), result.GetValue(pythonQmp), result.GetValue(each), result.GetValue(runs), token));

var window = new Option<int>("--window") { Description = "the channels' window in KiB", DefaultValueFactory = _ => 1024 };
var channels = new Command("channels", "a command's round trip beside RAM on one multiplexed connection, against the same without RAM") { window };
channels.SetAction((result, token) => ChannelsBenchmark.RunAsync(result.GetValue(window), token));

var exchanges = new Option<int>("--exchanges") { Description = "how many exchanges each round has", DefaultValueFactory = _ => 1_000_000 };
var codec = new Command("codec", "the tunnel's dialects, encoded and decoded in memory, against the limit of 1,000,000 exchanges a second and no allocation") { exchanges };
codec.SetAction(result => CodecBenchmark.Run(result.GetValue(exchanges)));

var overSsh = new Option<string?>("--ssh") { Description = "over ssh to this host, which must lead back here; else an sshd is started, which needs root", HelpName = "HOST" };
var pairs = new Option<int>("--exchanges") { Description = "how many of each", DefaultValueFactory = _ => 10_000 };
var sshExchange = new Command("ssh-exchange", "an exchange of the tunnel over ssh, against a bare cat behind the same ssh, in turn, and the limit of 1.2") { overSsh, sshConfig, mtunnel, pairs };
sshExchange.SetAction((result, token) => SshExchangeBenchmark.RunAsync(
    result.GetValue(overSsh), result.GetValue(sshConfig), result.GetValue(mtunnel), result.GetValue(pairs), token));
var serve = new Command("serve", "the far end of ssh-exchange") { Hidden = true };
serve.SetAction((_, token) => SshExchangeBenchmark.ServeAsync(token));

var silent = new Command("silent-v0", "a migration with a tunnel that never tells its version, against one with v1 and one without a tunnel: nothing in virtual time; then on real QEMU") { runs };
silent.SetAction((result, token) => SilentPeerBenchmark.RunAsync(result.GetValue(runs), token));

var count = new Option<int?>("--count") { Description = "only so many, in this process: prints the seconds and the growth of the peak in bytes" };
var scale = new Command("scale", "10 to 10,000 migrations at once in virtual time: time and memory for each, against the limit of twice those of 10") { count };
scale.SetAction(async (result, token) =>
{
    if (result.GetValue(count) is not { } only)
    {
        return await ScaleBenchmark.RunAsync(token);
    }

    await ScaleBenchmark.MigrateAsync(only, token);
    return 0;
});

var link = new Option<int>("--link") { Description = "what the link carries, in MiB a second", DefaultValueFactory = _ => 32, HelpName = "MIB" };
var prediction = new Command("prediction", "the predicted pause against the measured one, for guests that dirty up to twice what the link carries, against the limit of 25 % or 5 ms in nine of ten") { runs, link };
prediction.SetAction((result, token) => PredictionBenchmark.RunAsync(result.GetValue(runs), result.GetValue(link), token));

return await new RootCommand("Measurements, each with a ratio against a peer or a limit in the same run.")
{
    pause, disks, prediction, greeting, codec, sshExchange, serve, silent, throughput, longLine, idle, real, channels, scale,
}.Parse(args).InvokeAsync();
