using System.Text.Json;

namespace Pve.Qmp;

/// <summary>Arguments as far as a QEMU knows them, and what it does not know.</summary>
/// <param name="Arguments">What is left; <see cref="JsonValueKind.Undefined"/> where there were none.</param>
/// <param name="Omitted">
/// What was left out, as paths into the original arguments, with the value that QEMU does not know in brackets:
/// <c>capabilities[2] (postcopy-preempt)</c>.
/// </param>
/// <example>
/// <code>
/// QmpSchema schema = await qemu.GetSchemaAsync(cancellationToken);
/// QmpSchemaFit fit = schema.Fit("migrate-set-parameters", JsonElement.Parse("""{"max-bandwidth": 1000000, "direct-io": true}"""));
/// Console.WriteLine($"left out: {string.Join(", ", fit.Omitted)}");
/// await qemu.ExecuteAsync("migrate-set-parameters", fit.Arguments);
/// </code>
/// </example>
public sealed record QmpSchemaFit(JsonElement Arguments, IReadOnlyList<string> Omitted);
