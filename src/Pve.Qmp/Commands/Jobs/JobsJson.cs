using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Jobs.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(IReadOnlyList<JobInfo>))]
[JsonSerializable(typeof(IReadOnlyList<BlockJobInfo>))]
[JsonSerializable(typeof(ItemId))]
[JsonSerializable(typeof(BlockJobCancel))]
[JsonSerializable(typeof(BlockJobDevice))]
[JsonSerializable(typeof(BlockJobSetSpeed))]
[JsonSerializable(typeof(BlockJobChange))]
internal sealed partial class JobsJson : JsonSerializerContext;
