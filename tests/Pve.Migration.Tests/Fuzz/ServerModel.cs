using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>What a server must make of lines, told a second time and in another way: which calls reach its handler, and which answers come.</summary>
internal sealed class ServerModel
{
    private static readonly Dictionary<string, (string Name, JsonValueKind[] Kinds)[]> Required = new()
    {
        ["config"] = [("conf", [JsonValueKind.String, JsonValueKind.Number])],
        ["ticket"] = [("path", [JsonValueKind.String, JsonValueKind.Number])],
        ["status"] = [],
        ["set-replication-state"] = [("state", [JsonValueKind.Object])],
        ["disk"] =
        [
            ("format", [JsonValueKind.String, JsonValueKind.Number]),
            ("storage", [JsonValueKind.String, JsonValueKind.Number]),
            ("drive", [JsonValueKind.Object]),
        ],
        ["start"] = [("start_params", [JsonValueKind.Object]), ("migrate_opts", [JsonValueKind.Object])],
        ["quit"] = [],
    };

    private static readonly Dictionary<string, string> Optional = new() { ["config"] = "firewall-config", ["quit"] = "cleanup" };

    private bool _hasQuit;

    public List<string> Calls { get; } = [];

    /// <summary>Whether each answer is one of success.</summary>
    public List<bool> Answers { get; } = [];

    /// <summary>False: the server ends here.</summary>
    public bool Hear(MtunnelDialect dialect, byte[] line) => dialect switch
    {
        MtunnelDialect.V0 => Encoding.Latin1.GetString(line) != "quit",
        MtunnelDialect.V1 => HearText(Encoding.Latin1.GetString(line)),
        _ => HearJson(line),
    };

    /// <summary>One clear object, or null.</summary>
    public static JsonElement? Parse(byte[] line)
    {
        if (!Utf8.IsValid(line))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object && IsClear(document.RootElement) ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool HearText(string line)
    {
        if (line == "quit")
        {
            Answers.Add(true);
            return false;
        }

        string digits = line.StartsWith("resume ", StringComparison.Ordinal) ? line[7..] : "";
        if (digits.Length > 0 && digits.All(char.IsAsciiDigit))
        {
            Answers.Add(digits.Length <= 9 && Resume(int.Parse(digits, CultureInfo.InvariantCulture)));
        }

        return true;
    }

    private bool HearJson(byte[] line)
    {
        Answers.Add(Parse(line) is { } request && Execute(request));
        return true;
    }

    private bool Execute(JsonElement request)
    {
        if (_hasQuit || !request.TryGetProperty("cmd", out JsonElement command) || command.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        string name = command.GetString()!;
        switch (name)
        {
            case "version":
                return true;
            case "resume":
                return Resume(100);
            case "quit" when IsFit(request, name):
                _hasQuit = true;
                if (request.TryGetProperty("cleanup", out JsonElement cleanUp) && cleanUp.ToString() is not ("False" or "0" or "" or "{}" or "[]" or "0.5"))
                {
                    Calls.Add("clean up");
                }

                return true;
        }

        if (!FuzzedHandler.Names.Contains(name) || !IsFit(request, name))
        {
            return false;
        }

        Calls.Add(name);
        return true;
    }

    private bool Resume(int vmid)
    {
        Calls.Add(FuzzedHandler.Resume(vmid));
        return FuzzedHandler.IsResumed(vmid);
    }

    // a command that is not listed has no schema: whatever comes along is ignored
    private static bool IsFit(JsonElement request, string name)
    {
        if (!Required.TryGetValue(name, out var required))
        {
            return true;
        }

        int known = 1 + required.Count(parameter => request.TryGetProperty(parameter.Name, out JsonElement value) && parameter.Kinds.Contains(value.ValueKind));
        bool hasRequired = known == 1 + required.Length;
        if (Optional.TryGetValue(name, out string? optional) && request.TryGetProperty(optional, out JsonElement given))
        {
            known++;
            hasRequired &= name == "quit" || given.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null;
        }

        return hasRequired && request.EnumerateObject().Count() == known;
    }

    // no member twice, and no text with half of a character
    private static bool IsClear(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().DistinctBy(static member => member.Name).Count() == value.EnumerateObject().Count()
                    && value.EnumerateObject().All(static member => IsClear(member.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(IsClear),
                JsonValueKind.String => value.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
