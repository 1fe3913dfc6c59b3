using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Bitmaps.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(BlockDirtyBitmapAdd))]
[JsonSerializable(typeof(BlockDirtyBitmap))]
[JsonSerializable(typeof(BlockDirtyBitmapMerge))]
[JsonSerializable(typeof(Transaction))]
[JsonSerializable(typeof(BlockdevBackup))]
[JsonSerializable(typeof(BlockdevSnapshot))]
[JsonSerializable(typeof(BlockdevSnapshotSync))]
[JsonSerializable(typeof(BlockdevSnapshotInternal))]
internal sealed partial class BitmapsJson : JsonSerializerContext;
