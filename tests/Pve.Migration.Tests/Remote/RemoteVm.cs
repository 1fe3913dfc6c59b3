using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pve.Migration;

namespace Pve.Migration.Tests.Remote;

/// <summary>The VM behind a stand-in cluster's tunnel: Proxmox VE's commands, recorded, and what a test does instead.</summary>
internal sealed class RemoteVm(int vmId, string directory)
{
    private readonly List<string> _calls = [];
    private readonly Dictionary<string, string> _volumes = [];

    /// <summary>What was asked of it, with the parameters.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>The same without the parameters.</summary>
    public IEnumerable<string> Names => Calls.Select(static call => call.Split(' ', 2)[0]);

    /// <summary>The sockets that <c>start</c> handed out.</summary>
    public HashSet<string> Sockets { get; } = [];

    /// <summary>Issues a ticket; set by the cluster.</summary>
    public Func<string, string> IssueTicket { get; set; } = static _ => "";

    /// <summary>Runs in front of each command, by its name; what it returns is the answer.</summary>
    public Func<string, CancellationToken, Task<JsonNode?>> Before { get; set; } = static (_, _) => Task.FromResult<JsonNode?>(null);

    /// <summary>The answer to <c>start</c>, in place of sockets in the directory.</summary>
    public JsonNode? StartAnswer { get; set; }

    public string MigrationPath => $"{directory}/{vmId}.migrate";

    public string NbdPath => $"{directory}/{vmId}_nbd.migrate";

    /// <summary>Carries out what <see cref="PveWorker"/> has checked.</summary>
    public async Task<JsonNode?> ExecuteAsync(string command, JsonObject parameters, CancellationToken cancellationToken)
    {
        lock (_calls)
        {
            _calls.Add($"{command} {Shown(parameters)}".TrimEnd());
        }

        return await Before(command, cancellationToken) ?? command switch
        {
            "bwlimit" => new JsonObject { ["bwlimit"] = "51200" }, // a number, as Perl may write one
            "disk" => Allocate(parameters),
            "start" => Start(parameters),
            "ticket" => Ticket(parameters["path"]!.GetValue<string>()),
            _ => null,
        };
    }

    private static string Shown(JsonObject parameters)
        => parameters.Count == 0 ? "" : parameters.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private JsonObject Allocate(JsonObject parameters)
    {
        long size = parameters["drive"]!["size"]!.GetValue<long>();
        string volume = string.Create(CultureInfo.InvariantCulture, $"{parameters["storage"]}:vm-{vmId}-disk-{_volumes.Count}");
        string line = string.Create(CultureInfo.InvariantCulture, $"{volume},size={size >> 30}G");
        _volumes[volume] = line;
        return new JsonObject { ["drivestr"] = line, ["volid"] = volume };
    }

    private JsonNode Start(JsonObject parameters)
    {
        var drives = new JsonObject();
        if (parameters["migrate_opts"]!["nbd"] is JsonObject nbd)
        {
            foreach ((string name, JsonNode? disk) in nbd)
            {
                RefuseOthers(disk!.AsObject(), ["drivestr", "volid"]);
                string line = disk["drivestr"]!.GetValue<string>();
                if (!_volumes.TryGetValue(disk["volid"]!.GetValue<string>(), out string? known) || known != line)
                {
                    throw new MtunnelRefusedException($"NBD mismatch for '{name}'");
                }

                drives[name] = new JsonObject { ["drivestr"] = line, ["nbd_uri"] = $"nbd:unix:{NbdPath}:exportname=drive-{name}" };
            }
        }

        JsonNode answer = StartAnswer ?? new JsonObject
        {
            ["migrate"] = new JsonObject
            {
                ["addr"] = MigrationPath,
                ["proto"] = "unix",
                ["unix_sockets"] = drives.Count > 0 ? new JsonArray(NbdPath) : new JsonArray(),
            },
            ["drives"] = drives,
            ["spice_port"] = 61000,
        };
        Sockets.Add(MigrationPath);
        Sockets.Add(NbdPath);
        return answer;
    }

    private JsonObject Ticket(string path) => Sockets.Contains(path)
        ? new JsonObject { ["ticket"] = IssueTicket(path) }
        : throw new MtunnelRefusedException($"Not allowed to generate ticket for unknown socket '{path}'");

    private static void RefuseOthers(JsonObject given, string[] known)
    {
        if (given.Select(static member => member.Key).FirstOrDefault(name => !known.Contains(name)) is { } other)
        {
            throw new MtunnelRefusedException($"Unknown NBD volume key: '{other}'");
        }
    }
}
