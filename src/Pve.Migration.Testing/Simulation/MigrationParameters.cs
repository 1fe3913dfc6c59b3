using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary>QEMU 7.2's migration parameters with its defaults and limits.</summary>
internal sealed class MigrationParameters
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal)
    {
        ["cpu-throttle-tailslow"] = false,
        ["xbzrle-cache-size"] = 67108864L,
        ["cpu-throttle-initial"] = 20L,
        ["announce-max"] = 550L,
        ["decompress-threads"] = 2L,
        ["compress-threads"] = 8L,
        ["compress-level"] = 1L,
        ["multifd-channels"] = 2L,
        ["multifd-zstd-level"] = 1L,
        ["announce-initial"] = 50L,
        ["block-incremental"] = false,
        ["compress-wait-thread"] = true,
        ["downtime-limit"] = 300L,
        ["tls-authz"] = "",
        ["multifd-compression"] = "none",
        ["announce-rounds"] = 5L,
        ["announce-step"] = 100L,
        ["tls-creds"] = "",
        ["multifd-zlib-level"] = 1L,
        ["max-cpu-throttle"] = 99L,
        ["max-postcopy-bandwidth"] = 0L,
        ["tls-hostname"] = "",
        ["throttle-trigger-threshold"] = 50L,
        ["max-bandwidth"] = 134217728L,
        ["x-checkpoint-delay"] = 20000L,
        ["cpu-throttle-increment"] = 10L,
    };

    /// <summary>Bytes a second; 0 is no limit.</summary>
    public long MaxBandwidth => (long)_values["max-bandwidth"];

    /// <summary>Bytes a second after the guest has gone ahead; 0 is no limit.</summary>
    public long MaxPostcopyBandwidth => (long)_values["max-postcopy-bandwidth"];

    /// <summary>The id of the TLS credentials; empty for none.</summary>
    public string TlsCredentials => (string)_values["tls-creds"];

    /// <summary>In percent.</summary>
    public int ThrottleInitial => (int)(long)_values["cpu-throttle-initial"];

    public int ThrottleIncrement => (int)(long)_values["cpu-throttle-increment"];

    public int ThrottleMost => (int)(long)_values["max-cpu-throttle"];

    public int ThrottleTrigger => (int)(long)_values["throttle-trigger-threshold"];

    public bool ThrottleTailslow => (bool)_values["cpu-throttle-tailslow"];

    public long DowntimeLimitMilliseconds => (long)_values["downtime-limit"];

    /// <summary>Takes any of the parameters; all or nothing.</summary>
    public void Set(CommandArguments arguments)
    {
        var changes = new List<(string, object)>();
        foreach (var member in arguments.Only([.. _values.Keys]).Members)
        {
            changes.Add((member.Name, Read(member.Name, _values[member.Name], member.Value)));
        }

        var merged = new Dictionary<string, object>(_values, StringComparer.Ordinal);
        changes.ForEach(change => merged[change.Item1] = change.Item2);
        changes.ForEach(change => CheckRange(change.Item1, merged));
        changes.ForEach(change => _values[change.Item1] = change.Item2);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, value) in _values)
        {
            switch (value)
            {
                case bool flag:
                    json.WriteBoolean(name, flag);
                    break;
                case long number:
                    json.WriteNumber(name, number);
                    break;
                default:
                    json.WriteString(name, (string)value);
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static object Read(string name, object old, JsonElement value)
        => (old, value.ValueKind) switch
        {
            (bool, JsonValueKind.True or JsonValueKind.False) => value.GetBoolean(),
            (string, JsonValueKind.String) => value.GetString()!,
            (long, JsonValueKind.Number) when value.TryGetInt64(out var number) => number,
            (bool, _) => throw CommandArguments.WrongType(name, "boolean"),
            (string, _) => throw CommandArguments.WrongType(name, "string"),
            _ => throw new CommandRefusedException($"Parameter '{name}' expects uint64"),
        };

    // Here QEMU names the parameters by their C names.
    private static void CheckRange(string name, Dictionary<string, object> values)
    {
        var number = values[name] as long? ?? 0;
        var fault = name switch
        {
            "downtime-limit" when number is < 0 or > 2_000_000 => "'downtime_limit' expects an integer in the range of 0 to (2000 * 1000) ms",
            "cpu-throttle-initial" when number is < 1 or > 99 => "'cpu_throttle_initial' expects an integer in the range of 1 to 99",
            "cpu-throttle-increment" when number is < 1 or > 99 => "'cpu_throttle_increment' expects an integer in the range of 1 to 99",
            "max-cpu-throttle" when number > 99 || number < (long)values["cpu-throttle-initial"]
                => "'max_cpu_throttle' expects an integer in the range of cpu_throttle_initial to 99",
            "multifd-channels" when number is < 1 or > 255 => "'multifd_channels' expects a value between 1 and 255",
            "xbzrle-cache-size" when number < RamModel.PageSize || !long.IsPow2(number)
                => "'xbzrle_cache_size' expects a power of two no less than the target page size",
            _ => null,
        };
        if (fault is not null)
        {
            throw new CommandRefusedException($"Parameter {fault}");
        }
    }
}
