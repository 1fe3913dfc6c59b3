using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Block.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(IReadOnlyList<BlockInfo>))]
[JsonSerializable(typeof(QueryNamedBlockNodes))]
[JsonSerializable(typeof(IReadOnlyList<BlockDeviceInfo>))]
[JsonSerializable(typeof(QueryBlockStats))]
[JsonSerializable(typeof(IReadOnlyList<BlockStats>))]
[JsonSerializable(typeof(BlockdevOptions))]
[JsonSerializable(typeof(BlockdevReopen))]
[JsonSerializable(typeof(NodeReference))]
[JsonSerializable(typeof(BlockdevSetActive))]
[JsonSerializable(typeof(BlockdevMirror))]
[JsonSerializable(typeof(DriveMirror))]
[JsonSerializable(typeof(BlockdevBackup))]
[JsonSerializable(typeof(BlockdevSnapshot))]
[JsonSerializable(typeof(BlockdevSnapshotSync))]
[JsonSerializable(typeof(BlockdevSnapshotInternal))]
[JsonSerializable(typeof(BlockdevSnapshotDeleteInternal))]
[JsonSerializable(typeof(SnapshotInfo))]
[JsonSerializable(typeof(BlockCommit))]
[JsonSerializable(typeof(BlockStreamArguments))]
[JsonSerializable(typeof(ChangeBackingFile))]
[JsonSerializable(typeof(BlockResize))]
[JsonSerializable(typeof(BlockSetIoThrottle))]
[JsonSerializable(typeof(BlockSetWriteThreshold))]
[JsonSerializable(typeof(Eject))]
[JsonSerializable(typeof(BlockdevChangeMedium))]
[JsonSerializable(typeof(Tray))]
[JsonSerializable(typeof(CloseTray))]
[JsonSerializable(typeof(BlockdevInsertMedium))]
[JsonSerializable(typeof(ItemId))]
[JsonSerializable(typeof(JobStatusChangeEvent))]
[JsonSerializable(typeof(BlockJobEvent))]
[JsonSerializable(typeof(BlockJobPendingEvent))]
[JsonSerializable(typeof(BlockJobCompletedEvent))]
[JsonSerializable(typeof(BlockJobErrorEvent))]
[JsonSerializable(typeof(BlockIoErrorEvent))]
[JsonSerializable(typeof(BlockImageCorruptedEvent))]
[JsonSerializable(typeof(BlockWriteThresholdEvent))]
[JsonSerializable(typeof(QuorumFailureEvent))]
[JsonSerializable(typeof(QuorumReportBadEvent))]
[JsonSerializable(typeof(DeviceTrayMovedEvent))]
[JsonSerializable(typeof(BlockExportDeletedEvent))]
internal sealed partial class BlockJson : JsonSerializerContext;
