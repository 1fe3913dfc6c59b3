using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pve.Migration.Tests.Remote;

/// <summary>
/// What Proxmox VE's worker takes (qemu-server, API2/Qemu.pm; pve-guest-common, StorageTunnel.pm) and how it is checked (pve-common, JSONSchema.pm), as
/// data of its own: what our vocabulary lacks would not show by our vocabulary.
/// </summary>
internal static partial class PveSchema
{
    // a type; ? where it may be missing; = one value only; an object has members of its own
    private static readonly JsonObject Checked = JsonNode.Parse("""
        {
          "config": { "conf": "string", "firewall-config": "string?" },
          "bwlimit": { "storages": "array", "bwlimit": "integer?", "operation": "string?" },
          "disk": { "format": "string", "storage": "string", "drive": "object" },
          "disk-import":
          {
            "volname": "string", "format": "string", "export_formats": "string", "storage": "string", "snapshot": "string?",
            "migration_snapshot": "boolean?", "with_snapshots": "boolean?", "allow_rename": "boolean?"
          },
          "query-disk-import": {},
          "start":
          {
            "start_params": { "statefile": "string=unix", "forcemachine": "string?", "forcecpu": "string?", "skiplock": "boolean?", "nets-host-mtu": "string?" },
            "migrate_opts":
            {
              "migratedfrom": "string", "spice_ticket": "string?", "type": "string=websocket", "remote_node": "string", "network": "string?",
              "storagemap": "object?", "nbd_proto_version": "integer?", "nbd": "object?"
            }
          },
          "ticket": { "path": "string" },
          "quit": { "cleanup": "boolean" }
        }
        """)!.AsObject();

    private static readonly string[] Unchecked = ["version", "fstrim", "stop", "nbdstop", "resume", "unlock"];

    public static bool Has(string command) => Checked.ContainsKey(command) || Unchecked.Contains(command);

    /// <summary>Null: they are taken, if only because there is no schema.</summary>
    public static string? Complaint(string command, JsonObject parameters)
        => Checked[command] is JsonObject schema ? Complaint(schema, parameters, "") : null;

    private static string? Complaint(JsonObject schema, JsonObject given, string path)
    {
        foreach ((string name, JsonNode? rule) in schema)
        {
            if (Complaint(rule!, given[name], path + name) is { } complaint)
            {
                return complaint;
            }
        }

        string? other = given.Select(static member => member.Key).FirstOrDefault(name => !schema.ContainsKey(name));
        return other is null ? null : $"{path}{other}: property is not defined in schema and the schema does not allow additional properties";
    }

    private static string? Complaint(JsonNode rule, JsonNode? value, string path)
    {
        string[] type = rule is JsonObject ? ["object"] : rule.GetValue<string>().TrimEnd('?').Split('=');
        if (value is null)
        {
            return rule is JsonValue && rule.GetValue<string>().EndsWith('?') ? null : $"{path}: property is missing and it is not optional";
        }

        return !IsOf(type[0], value) ? $"{path}: type check ('{type[0]}') failed"
            : type.Length > 1 && value.ToString() != type[1] ? $"{path}: value '{value}' does not have a value in the enumeration '{type[1]}'"
            : rule is JsonObject members ? Complaint(members, value.AsObject(), $"{path}.")
            : null;
    }

    private static bool IsOf(string type, JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.True or JsonValueKind.False => type == "boolean", // a reference to Perl, and no text
        _ => type switch
        {
            "string" => true,
            "boolean" => value.ToString() is "0" or "1",
            "integer" => Integer().IsMatch(value.ToString()),
            _ => false,
        },
    };

    [GeneratedRegex(@"^[+-]?\d+$")]
    private static partial Regex Integer();
}
