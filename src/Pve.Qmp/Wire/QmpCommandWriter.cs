using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pve.Qmp.Wire;

/// <summary>Writes <c>{"execute": NAME, "arguments": {…}, "id": N}</c> and LF; <c>exec-oob</c> for out-of-band commands.</summary>
/// <remarks>One buffer serves a thread from command to command; a converter that executes a command itself gets another.</remarks>
internal static class QmpCommandWriter
{
    private const int KeptBytes = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _output;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <summary>Writes a command and hands the line to <paramref name="take"/>, valid until that returns.</summary>
    public static void Write<TArguments, TState>(
        string name, TArguments arguments, JsonTypeInfo<TArguments> argumentsType, long id, bool outOfBand, TState state, Action<TState, ReadOnlySpan<byte>> take)
    {
        var output = _output ?? new ArrayBufferWriter<byte>(256);
        var json = _json ?? new Utf8JsonWriter(output);
        (_output, _json) = (null, null); // in use, or spoilt where a converter throws
        json.WriteStartObject();
        json.WriteString(outOfBand ? "exec-oob"u8 : "execute"u8, name);
        if (arguments is not (null or QmpNothing or JsonElement { ValueKind: JsonValueKind.Undefined }))
        {
            json.WritePropertyName("arguments"u8);
            JsonSerializer.Serialize(json, arguments, argumentsType);
        }

        json.WriteNumber("id"u8, id);
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
        take(state, output.WrittenSpan);
        if (output.Capacity <= KeptBytes)
        {
            output.ResetWrittenCount();
            json.Reset();
            (_output, _json) = (output, json);
        }
    }
}
