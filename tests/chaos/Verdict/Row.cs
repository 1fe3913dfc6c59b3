using System.Text.Json.Serialization;

namespace Pve.Chaos.Verdict;

/// <summary>What the runs of one combination came to.</summary>
internal sealed record Row(string Party, string Fault, string Step, int Runs, int Migrated, int RolledBack, int Unknown, int Violations);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<Row>))]
internal sealed partial class RowJson : JsonSerializerContext;
