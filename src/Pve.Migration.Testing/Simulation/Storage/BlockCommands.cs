namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>The commands about disks, their exports and their jobs.</summary>
internal static class BlockCommands
{
    public static readonly Dictionary<string, Command> All = new()
    {
        ["query-block"] = Command.Query(BlockNodeWriter.WriteDisks),
        ["query-named-block-nodes"] = new((machine, arguments) =>
        {
            arguments.Only("flat");
            return json => BlockNodeWriter.WriteNodes(machine, json);
        }),
        ["blockdev-add"] = Command.Do((machine, arguments) => machine.Disks.Add(arguments)),
        ["blockdev-del"] = Command.Do((machine, arguments) => machine.Disks.Delete(arguments.Only("node-name").Text("node-name"))),
        ["nbd-server-start"] = Command.Do((machine, arguments) =>
            machine.Exports.Start(NbdServer.Address(arguments.Only("addr", "tls-creds", "tls-authz", "max-connections").Object("addr")))),
        ["nbd-server-stop"] = Command.Plain(machine => machine.Exports.Stop()),
        ["block-export-add"] = Command.Do((machine, arguments) => machine.Exports.Add(arguments)),
        ["block-export-del"] = Command.Do((machine, arguments) => machine.Exports.Delete(arguments.Only("id", "mode"))),
        ["query-block-exports"] = Command.Query((machine, json) => machine.Exports.Write(json)),
        ["blockdev-mirror"] = Command.Do((machine, arguments) => machine.Jobs.Mirror(arguments)),
        ["blockdev-backup"] = Command.Do((machine, arguments) => machine.Jobs.Backup(arguments)),
        ["query-block-jobs"] = Command.Query((machine, json) => machine.Jobs.Write(json, (job, to) => job.WriteAsBlockJob(to))),
        ["query-jobs"] = Command.Query((machine, json) => machine.Jobs.Write(json, (job, to) => job.WriteAsJob(to))),
        ["block-job-set-speed"] = Command.Do((machine, arguments) =>
            machine.Jobs.RequireBlockJob(arguments.Only("device", "speed").Text("device")).SetSpeed(arguments.Number("speed"))),
        ["block-job-cancel"] = Command.Do((machine, arguments) =>
            machine.Jobs.RequireBlockJob(arguments.Only("device", "force").Text("device")).Cancel(arguments.FlagOr("force", false))),
        ["block-job-change"] = Command.Do((machine, arguments) => machine.Jobs.Change(arguments.Only("id", "type", "copy-mode"))) with
        {
            IsThere = machine => machine.Options.ChangesBlockJobs,
        },
        ["block-job-complete"] = Command.Do((machine, arguments) => machine.Jobs.RequireBlockJob(arguments.Only("device").Text("device")).Complete()),
        ["job-cancel"] = Command.Do((machine, arguments) => machine.Jobs.Require(arguments.Only("id").Text("id")).Cancel(force: true)),
        ["job-complete"] = Command.Do((machine, arguments) => machine.Jobs.Require(arguments.Only("id").Text("id")).Complete()),
        ["job-finalize"] = Command.Do((machine, arguments) => machine.Jobs.Require(arguments.Only("id").Text("id")).FinalizeJob()),
        ["job-dismiss"] = Command.Do((machine, arguments) => machine.Jobs.Require(arguments.Only("id").Text("id")).Dismiss()),
    };
}
