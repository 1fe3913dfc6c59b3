using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Network.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(AnnounceSelf))]
[JsonSerializable(typeof(SetLink))]
[JsonSerializable(typeof(QueryRxFilter))]
[JsonSerializable(typeof(IReadOnlyList<RxFilterInfo>))]
[JsonSerializable(typeof(Netdev))]
[JsonSerializable(typeof(ItemId))]
internal sealed partial class NetworkJson : JsonSerializerContext;
