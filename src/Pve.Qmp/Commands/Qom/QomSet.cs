using System.Text;
using System.Text.Json;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>qom-set</c>; their text never shows the value.</summary>
/// <param name="Path">The object.</param>
/// <param name="Property">The property.</param>
/// <param name="Value">Its value from now on.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.QomSet,
///     new("/objects/iothread0", "poll-max-ns", JsonElement.Parse("32768")),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record QomSet(string Path, string Property, JsonElement Value) : QmpObject
{
    // a value may be a secret
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Path = ").Append(Path).Append(", Property = ").Append(Property);
        return true;
    }
}
