using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pve.Migration;

namespace Pve.Migration.Tests.Remote;

/// <summary>The VM behind a stand-in cluster's tunnel: Proxmox VE's commands with their checks, recorded, and what a test does instead.</summary>
internal sealed class RemoteVm(int vmId, string directory) : IMtunnelHandler
{
    private static readonly string[] StartParameters = ["statefile", "forcemachine", "forcecpu", "skiplock", "nets-host-mtu"];
    private static readonly string[] MigrateOptions =
        ["migratedfrom", "spice_ticket", "type", "remote_node", "network", "storagemap", "nbd_proto_version", "nbd"];

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

    public IReadOnlyCollection<string> Commands { get; } =
        ["config", "bwlimit", "disk", "disk-import", "query-disk-import", "start", "ticket", "nbdstop", "stop", "unlock", "fstrim"];

    public async Task ResumeAsync(int vmid, CancellationToken cancellationToken) => await AnswerAsync("resume", default, cancellationToken);

    public async Task CleanUpAsync(int vmid, CancellationToken cancellationToken) => await AnswerAsync("cleanup", default, cancellationToken);

    public async Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        JsonNode? answer = await AnswerAsync(request.Command, request.Parameters, cancellationToken);
        return answer is null ? default : JsonElement.Parse(answer.ToJsonString());
    }

    private async Task<JsonNode?> AnswerAsync(string command, JsonElement parameters, CancellationToken cancellationToken)
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
            "ticket" => Ticket(parameters.GetProperty("path").GetString()!),
            _ => null,
        };
    }

    private static string Shown(JsonElement parameters)
    {
        var shown = new JsonObject();
        if (parameters.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in parameters.EnumerateObject().Where(static member => member.Name != "cmd"))
            {
                shown[member.Name] = JsonNode.Parse(member.Value.GetRawText());
            }
        }

        return shown.Count == 0 ? "" : shown.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private JsonObject Allocate(JsonElement parameters)
    {
        JsonElement drive = parameters.GetProperty("drive");
        long size = drive.GetProperty("size").GetInt64();
        string volume = string.Create(CultureInfo.InvariantCulture, $"{parameters.GetProperty("storage").GetString()}:vm-{vmId}-disk-{_volumes.Count}");
        string line = string.Create(CultureInfo.InvariantCulture, $"{volume},size={size >> 30}G");
        _volumes[volume] = line;
        return new JsonObject { ["drivestr"] = line, ["volid"] = volume };
    }

    private JsonNode Start(JsonElement parameters)
    {
        RefuseOthers(parameters.GetProperty("start_params"), StartParameters);
        JsonElement options = parameters.GetProperty("migrate_opts");
        RefuseOthers(options, MigrateOptions);
        if (options.GetProperty("type").GetString() != "websocket")
        {
            throw new MtunnelRefusedException("type: value is not in the enumeration 'websocket'");
        }

        var drives = new JsonObject();
        if (options.TryGetProperty("nbd", out JsonElement nbd))
        {
            foreach (JsonProperty disk in nbd.EnumerateObject())
            {
                RefuseOthers(disk.Value, ["drivestr", "volid"]);
                string line = disk.Value.GetProperty("drivestr").GetString()!;
                if (!_volumes.TryGetValue(disk.Value.GetProperty("volid").GetString()!, out string? known) || known != line)
                {
                    throw new MtunnelRefusedException($"NBD mismatch for '{disk.Name}'");
                }

                drives[disk.Name] = new JsonObject { ["drivestr"] = line, ["nbd_uri"] = $"nbd:unix:{NbdPath}:exportname=drive-{disk.Name}" };
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

    private static void RefuseOthers(JsonElement given, string[] known)
    {
        foreach (JsonProperty member in given.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw new MtunnelRefusedException($"{member.Name}: property is not defined in schema and the schema does not allow additional properties");
            }
        }
    }
}
