using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How a secret is written (QAPI QCryptoSecretFormat).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new SecretFormat("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == SecretFormat.Raw;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<SecretFormat>))]
public readonly record struct SecretFormat(string Value) : IOpenName<SecretFormat>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly SecretFormat Raw = new("raw");

    public static readonly SecretFormat Base64 = new("base64");

    /// <inheritdoc/>
    public static SecretFormat FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
