using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pve.Qmp.Wire;

/// <summary>How the protocol's own objects look; those of commands and events are in <c>Commands</c>, a context for each domain.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(QmpError))]
[JsonSerializable(typeof(QmpGreeting))]
[JsonSerializable(typeof(EnableCapabilities))]
[JsonSerializable(typeof(QmpNothing))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>How every message and every payload is read: as deep as QEMU's own parser goes (qobject/json-streamer.c, MAX_NESTING).</summary>
    /// <remarks>A chain of disk snapshots is nested one level an image, so the usual 64 is too few.</remarks>
    public static readonly JsonReaderOptions Reading = new() { MaxDepth = 1024 };

    /// <summary>A reader of a message or a payload.</summary>
    public static Utf8JsonReader Reader(in ReadOnlySequence<byte> json)
        => json.IsSingleSegment ? new Utf8JsonReader(json.FirstSpan, Reading) : new Utf8JsonReader(json, Reading);
}
