using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Machine.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(QueryMachines))]
[JsonSerializable(typeof(IReadOnlyList<MachineInfo>))]
[JsonSerializable(typeof(CurrentMachineParams))]
[JsonSerializable(typeof(TargetInfo))]
[JsonSerializable(typeof(KvmInfo))]
[JsonSerializable(typeof(IReadOnlyList<CpuInfoFast>))]
[JsonSerializable(typeof(IReadOnlyList<HotpluggableCpu>))]
[JsonSerializable(typeof(IReadOnlyList<CpuDefinitionInfo>))]
[JsonSerializable(typeof(QueryCpuModelExpansion))]
[JsonSerializable(typeof(CpuModelExpansionInfo))]
[JsonSerializable(typeof(IReadOnlyList<IothreadInfo>))]
[JsonSerializable(typeof(IReadOnlyList<Memdev>))]
[JsonSerializable(typeof(IReadOnlyList<MemoryDeviceInfo>))]
[JsonSerializable(typeof(MemorySizeSummary))]
[JsonSerializable(typeof(BalloonInfo))]
[JsonSerializable(typeof(Balloon))]
[JsonSerializable(typeof(IReadOnlyList<PciInfo>))]
[JsonSerializable(typeof(MemorySave))]
internal sealed partial class MachineJson : JsonSerializerContext;
