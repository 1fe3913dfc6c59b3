using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>How the arguments, results and events of <c>QmpCommands.Monitor.cs</c> look on the wire.</summary>
/// <remarks>A context for each file, so that a trimmed program keeps only those it uses. As deep as QEMU's own parser goes.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 1024)]
[JsonSerializable(typeof(QmpVersionInfo))]
[JsonSerializable(typeof(IReadOnlyList<CommandInfo>))]
[JsonSerializable(typeof(MonitorCommand))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IReadOnlyList<YankInstance>))]
[JsonSerializable(typeof(YankArguments))]
[JsonSerializable(typeof(FdName))]
[JsonSerializable(typeof(AddFd))]
[JsonSerializable(typeof(AddFdInfo))]
[JsonSerializable(typeof(RemoveFd))]
[JsonSerializable(typeof(IReadOnlyList<FdsetInfo>))]
internal sealed partial class MonitorJson : JsonSerializerContext;
