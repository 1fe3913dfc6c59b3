using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pve.Qmp.Schema;

/// <summary>Reads a schema from the message itself: its JSON is never held besides.</summary>
internal sealed class SchemaConverter : JsonConverter<QmpSchema>
{
    public override QmpSchema Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return SchemaBuilder.Build(SchemaReader.Read(ref reader));
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, QmpSchema value, JsonSerializerOptions options)
        => throw new NotSupportedException("A QMP schema is read from QEMU, never written.");
}
