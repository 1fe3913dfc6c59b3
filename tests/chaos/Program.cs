using System.CommandLine;
using Pve.Chaos;
using Pve.Chaos.Orchestration;
using Pve.Chaos.Scenarios;

var runs = new Option<int>("--runs") { Description = "how many migrations are struck", HelpName = "N", DefaultValueFactory = _ => 500 };
var seed = new Option<int>("--seed")
{
    Description = "decides the order, the delays, the ways and the kinds: one in five has TLS, a replicated disk, a post-copy, a watchdog, or a source that is ended, one in eight a recovery that is killed as well; it deals other runs in other versions of this",
    HelpName = "N",
    DefaultValueFactory = _ => 1,
};
var only = new Option<string?>("--only")
{
    Description = $"only this run of the seed, which is what a violation is repeated by, or the runs of one kind: {string.Join(", ", Kinds.ByName.Keys)}",
    HelpName = "NUMBER|KIND",
};
only.Validators.Add(result =>
{
    if (result.Tokens is [var token] && Selection.TryParse(token.Value) is null)
    {
        result.AddError($"--only takes the number of a run or a kind, not '{token.Value}'.");
    }
});
var parallel = new Option<int>("--parallel") { Description = "how many at once", HelpName = "N", DefaultValueFactory = _ => 2 };
var json = new Option<string?>("--json") { Description = "write a list of objects, one for each party, fault and step", HelpName = "FILE" };
var mtunnel = new Option<string?>("--mtunnel") { Description = "the mtunnel that ssh starts; the one built with this unless given", HelpName = "FILE" };
var root = new RootCommand("Kills, freezes and cuts each party of a migration at each step, on real QEMUs, and looks from outside at what became of the guest. Needs root, for an sshd of its own.")
{
    runs, seed, only, parallel, json, mtunnel,
};
foreach (var (option, least) in new[] { (runs, 1), (parallel, 1), (seed, 0) })
{
    option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value < least)
        {
            result.AddError($"{option.Name} is {value}; it must be at least {least}.");
        }
    });
}

root.SetAction((result, token) => Session.RunAsync(
    new ChaosOptions(result.GetValue(runs), result.GetValue(seed), Selection.TryParse(result.GetValue(only))!, result.GetValue(parallel), result.GetValue(json), result.GetValue(mtunnel)), token));
var assignment = new Argument<string>("FILE");
var orchestrate = new Command("orchestrate", "one who migrates; started by the runs") { assignment };
orchestrate.Hidden = true;
orchestrate.SetAction((result, token) => Orchestrator.RunAsync(result.GetRequiredValue(assignment), token));
root.Add(orchestrate);
var migrations = new Option<int>("--migrations") { Description = "how many, after 50 that warm up", HelpName = "N", DefaultValueFactory = _ => 1000 };
var soak = new Command("soak", "migrates one guest back and forth, and looks whether open files, threads and memory stay as they are") { migrations };
soak.SetAction((result, token) => Soak.RunAsync(result.GetValue(migrations), token));
root.Add(soak);
return await root.Parse(args).InvokeAsync();
