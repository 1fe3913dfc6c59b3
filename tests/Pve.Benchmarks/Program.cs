using System.CommandLine;
using Pve.Benchmarks;

var runs = new Option<int>("--runs") { Description = "how often each way is taken", DefaultValueFactory = _ => 20 };
var ssh = new Option<string?>("--ssh") { Description = "also over ssh to this host, which must lead back here", HelpName = "HOST" };
var sshConfig = new Option<string?>("--ssh-config") { Description = "ssh's configuration file", HelpName = "FILE" };
var mtunnel = new Option<string?>("--mtunnel") { Description = "the mtunnel that ssh starts", HelpName = "PATH" };
var pause = new Command("pause", "the pause of a migration against a target that starts itself, in turn, on real QEMU") { runs, ssh, sshConfig, mtunnel };
pause.SetAction((result, token) => PauseBenchmark.RunAsync(
    result.GetValue(runs), result.GetValue(ssh), result.GetValue(sshConfig), result.GetValue(mtunnel), token));

var program = new Argument<string>("PATH") { Description = "the published mtunnel" };
var greeting = new Command("greeting", "from the start of mtunnel to its greeting, against the limit of 20 ms and against /bin/true") { program, runs };
greeting.SetAction((result, token) => GreetingBenchmark.RunAsync(result.GetRequiredValue(program), result.GetValue(runs), token));

return await new RootCommand("Measurements, each with a ratio against a peer or a limit in the same run.") { pause, greeting }.Parse(args).InvokeAsync();
