using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Exports.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(NbdServerStart))]
[JsonSerializable(typeof(NbdServerAdd))]
[JsonSerializable(typeof(NbdServerRemove))]
[JsonSerializable(typeof(BlockExportOptions))]
[JsonSerializable(typeof(BlockExportDel))]
[JsonSerializable(typeof(IReadOnlyList<BlockExportInfo>))]
[JsonSerializable(typeof(SocketAddress))]
internal sealed partial class ExportsJson : JsonSerializerContext;
