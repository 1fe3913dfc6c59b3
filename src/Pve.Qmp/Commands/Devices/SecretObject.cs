using System.Text;
using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A password or key (type <c>secret</c>); its text never shows it.</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new SecretObject("sec0") { File = "/run/keys/sec0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record SecretObject(string Id) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType => "secret";

    public SecretFormat? Format { get; init; }

    /// <summary>The secret that it is encrypted with.</summary>
    public string? Keyid { get; init; }

    /// <summary>The initialisation vector, in base64.</summary>
    public string? Iv { get; init; }

    /// <summary>The secret, in the open or encrypted.</summary>
    public string? Data { get; init; }

    /// <summary>The file that has it, instead.</summary>
    public string? File { get; init; }

    // a secret is never part of a text
    protected override bool PrintMembers(StringBuilder builder) => false;
}
