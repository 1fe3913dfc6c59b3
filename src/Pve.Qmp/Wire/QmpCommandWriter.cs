using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pve.Qmp.Wire;

/// <summary>Writes <c>{"execute": NAME, "arguments": {…}, "id": N}</c> and LF; <c>exec-oob</c> for out-of-band commands.</summary>
internal static class QmpCommandWriter
{
    public static void Write<TArguments>(
        IBufferWriter<byte> output, string name, TArguments arguments, JsonTypeInfo<TArguments> argumentsType, long id, bool outOfBand)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString(outOfBand ? "exec-oob"u8 : "execute"u8, name);
            if (arguments is not (null or QmpNothing or JsonElement { ValueKind: JsonValueKind.Undefined }))
            {
                json.WritePropertyName("arguments"u8);
                JsonSerializer.Serialize(json, arguments, argumentsType);
            }

            json.WriteNumber("id"u8, id);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }
}
