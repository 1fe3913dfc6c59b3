using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Migration.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(MigrationInfo))]
[JsonSerializable(typeof(IReadOnlyList<MigrationCapabilityStatus>))]
[JsonSerializable(typeof(MigrateSetCapabilities))]
[JsonSerializable(typeof(MigrationParameters))]
[JsonSerializable(typeof(Migrate))]
[JsonSerializable(typeof(MigrateIncoming))]
[JsonSerializable(typeof(MigrateContinue))]
[JsonSerializable(typeof(MigrateRecover))]
[JsonSerializable(typeof(CalcDirtyRate))]
[JsonSerializable(typeof(DirtyRateInfo))]
[JsonSerializable(typeof(SetVcpuDirtyLimit))]
[JsonSerializable(typeof(CancelVcpuDirtyLimit))]
[JsonSerializable(typeof(IReadOnlyList<DirtyLimitInfo>))]
[JsonSerializable(typeof(IReadOnlyList<MigrationThreadInfo>))]
[JsonSerializable(typeof(SnapshotSave))]
[JsonSerializable(typeof(SnapshotDelete))]
[JsonSerializable(typeof(MigrationEvent))]
[JsonSerializable(typeof(MigrationPassEvent))]
[JsonSerializable(typeof(UnplugPrimaryEvent))]
[JsonSerializable(typeof(FailoverNegotiatedEvent))]
[JsonSerializable(typeof(VfioMigrationEvent))]
internal sealed partial class MigrationJson : JsonSerializerContext;
