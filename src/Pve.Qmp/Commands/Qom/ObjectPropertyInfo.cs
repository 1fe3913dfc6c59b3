using System.Text.Json;

namespace Pve.Qmp.Commands;

/// <summary>A property of an object or type.</summary>
/// <example>
/// <code>
/// foreach (ObjectPropertyInfo property in await qemu.ExecuteAsync(QmpCommands.QomList,
///     new("/machine"),
///     cancellationToken: cancellationToken))
/// {
///     bool child = property.Type.StartsWith("child&lt;", System.StringComparison.Ordinal);
/// }
/// </code>
/// </example>
public sealed record ObjectPropertyInfo : QmpObject
{
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Such as <c>bool</c>, <c>child&lt;…&gt;</c> or <c>link&lt;…&gt;</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>A text for people.</summary>
    public string? Description { get; init; }

    /// <summary>What it is where it is not set.</summary>
    public JsonElement? DefaultValue { get; init; }
}
