using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Chardevs.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(IReadOnlyList<ChardevInfo>))]
[JsonSerializable(typeof(IReadOnlyList<ChardevBackendInfo>))]
[JsonSerializable(typeof(ChardevAdd))]
[JsonSerializable(typeof(ChardevReturn))]
[JsonSerializable(typeof(ItemId))]
[JsonSerializable(typeof(SocketAddress))]
[JsonSerializable(typeof(ChardevCommon))]
[JsonSerializable(typeof(ChardevPty))]
[JsonSerializable(typeof(ChardevFile))]
[JsonSerializable(typeof(ChardevHostdev))]
[JsonSerializable(typeof(ChardevSocket))]
[JsonSerializable(typeof(ChardevUdp))]
[JsonSerializable(typeof(ChardevRingbuf))]
[JsonSerializable(typeof(ChardevSpiceChannel))]
internal sealed partial class ChardevsJson : JsonSerializerContext;
