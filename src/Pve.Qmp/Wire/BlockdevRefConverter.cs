using System.Text.Json;
using System.Text.Json.Serialization;
using Pve.Qmp.Commands;

namespace Pve.Qmp.Wire;

/// <summary>A block node's name, an object with its options, or null. It is only ever an argument.</summary>
internal sealed class BlockdevRefConverter : JsonConverter<BlockdevRef>
{
    public override BlockdevRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => throw new NotSupportedException("A block node's options are written, never read.");

    public override void Write(Utf8JsonWriter writer, BlockdevRef value, JsonSerializerOptions options)
    {
        if (value.Options is { } node)
        {
            JsonSerializer.Serialize(writer, node, options.GetTypeInfo(typeof(BlockdevOptions)));
        }
        else
        {
            writer.WriteStringValue(value.NodeName); // null where there is to be none
        }
    }
}
