using System.Text.Json;

namespace Pve.Qmp.Commands;

/// <summary>A CPU model and what is changed of it.</summary>
/// <param name="Name">The model, such as <c>host</c> or <c>EPYC-v4</c>.</param>
/// <example><code>var model = new CpuModelInfo("qemu64") { Props = JsonElement.Parse("""{"avx": false}""") };</code></example>
public sealed record CpuModelInfo(string Name) : QmpObject
{
    /// <summary>Properties and their values.</summary>
    public JsonElement? Props { get; init; }
}
