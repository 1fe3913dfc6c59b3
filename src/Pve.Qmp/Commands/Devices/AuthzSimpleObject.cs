using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>The one client that may connect (type <c>authz-simple</c>).</summary>
/// <param name="Id">The id.</param>
/// <param name="Identity">The distinguished name of its certificate.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new AuthzSimpleObject("authz0", "CN=node2,O=Example"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record AuthzSimpleObject(string Id, string Identity) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType => "authz-simple";
}
