using System.Collections.Frozen;

namespace Pve.Migration.Tunnel;

// What can be said in v2: Proxmox VE's commands (qemu-server, API2/Qemu.pm, mtunnel) and ours. A peer has ours only where its version
// reply lists them. Some of Proxmox VE's have no schema: there it ignores whatever parameters come along, and so do we.
internal static class MtunnelVocabulary
{
    public const string Quit = "quit";
    public const string Resume = "resume";
    public const string Version = "version";
    public const string SetReplicationState = "set-replication-state";
    public const string Status = "status";
    public const string ResumeWhenCompleted = "resume-when-completed";
    public const string Forward = "forward";
    public const string NbdStop = "nbdstop";
    public const string Stop = "stop";
    public const string Unlock = "unlock";
    public const string Fstrim = "fstrim";
    public const string BandwidthLimit = "bwlimit";
    public const string Ticket = "ticket";
    public const string Disk = "disk";
    public const string Config = "config";
    public const string Start = "start";

    // no command: whoever lets the guest run here claims it first
    public const string Claims = "claims";

    // the version of the JSON protocol we speak, and how many older ones we still understand
    public const int Api = 2;
    public const int Age = 0;

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);

    private static readonly FrozenDictionary<string, Word> Words = new Word[]
    {
        WithoutSchema(Version, TimeSpan.FromSeconds(10)),
        new(Config, TimeSpan.FromSeconds(120), Required("conf", Kind.Text), Optional("firewall-config", Kind.Text)),
        new(BandwidthLimit, TimeSpan.FromSeconds(10), Optional("storages", Kind.List), Optional("bwlimit", Kind.Number), Optional("operation", Kind.Text)),
        new(Disk, TimeSpan.FromSeconds(600), Required("format", Kind.Text), Required("storage", Kind.Text), Required("drive", Kind.Object)),
        new("disk-import", TimeSpan.FromSeconds(600),
            Required("volname", Kind.Text), Required("format", Kind.Text), Required("storage", Kind.Text), Optional("snapshot", Kind.Text),
            Optional("export_formats", Kind.Text), Optional("migration_snapshot", Kind.Any), Optional("with_snapshots", Kind.Any), Required("allow_rename", Kind.Any)),
        new("query-disk-import", TimeSpan.FromSeconds(10)),
        new(Start, TimeSpan.FromSeconds(300), Required("start_params", Kind.Object), Required("migrate_opts", Kind.Object)),
        new(Ticket, TimeSpan.FromSeconds(10), Required("path", Kind.Text)),
        WithoutSchema(NbdStop, Usual),
        WithoutSchema(Resume, Usual),
        WithoutSchema(Stop, TimeSpan.FromSeconds(10)),
        WithoutSchema(Unlock, TimeSpan.FromSeconds(10)),
        WithoutSchema(Fstrim, TimeSpan.FromSeconds(600)),
        new(Quit, Usual, Optional("cleanup", Kind.Any)), // Proxmox VE requires it; whoever leaves it out wants nothing cleaned up
        new(SetReplicationState, Usual, Required("state", Kind.Object)) { IsOurs = true },
        new(Status, TimeSpan.FromSeconds(10)) { IsOurs = true },
        new(ResumeWhenCompleted, Usual) { IsOurs = true },
        new(Forward, TimeSpan.FromSeconds(10), Required("path", Kind.Text), Required("ticket", Kind.Text)) { IsOurs = true },
    }.ToFrozenDictionary(word => word.Name, StringComparer.Ordinal);

    public enum Kind
    {
        Any,
        Text,
        Number,
        Object,
        List,
    }

    public static bool TryFind(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Word? word) => Words.TryGetValue(name, out word);

    private static Word WithoutSchema(string name, TimeSpan timeout) => new(name, timeout) { HasSchema = false };

    private static Parameter Required(string name, Kind kind) => new(name, kind, true);

    private static Parameter Optional(string name, Kind kind) => new(name, kind, false);

    public sealed record Parameter(string Name, Kind Kind, bool IsRequired);

    public sealed record Word
    {
        public Word(string name, TimeSpan timeout, params Parameter[] parameters) => (Name, Timeout, Parameters) = (name, timeout, parameters);

        public string Name { get; }

        // how long a client waits for its answer, as Proxmox VE's does
        public TimeSpan Timeout { get; }

        public IReadOnlyList<Parameter> Parameters { get; }

        // without one any parameter is taken, and none is looked at
        public bool HasSchema { get; init; } = true;

        public bool IsOurs { get; init; }
    }
}
