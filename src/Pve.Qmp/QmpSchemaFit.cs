using System.Text.Json;

namespace Pve.Qmp;

/// <summary>Arguments as far as a QEMU knows them, and what it does not know.</summary>
/// <param name="Arguments">What is left; <see cref="JsonValueKind.Undefined"/> where there were none.</param>
/// <param name="Omitted">
/// What was left out, as paths into the original arguments, with the value that QEMU does not know in brackets: <c>capabilities[2] (postcopy-preempt)</c>.
/// </param>
public sealed record QmpSchemaFit(JsonElement Arguments, IReadOnlyList<string> Omitted);
