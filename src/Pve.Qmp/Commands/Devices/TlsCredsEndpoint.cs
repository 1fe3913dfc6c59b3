using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Which side credentials are for (QAPI QCryptoTLSCredsEndpoint).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new TlsCredsEndpoint("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == TlsCredsEndpoint.Client;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<TlsCredsEndpoint>))]
public readonly record struct TlsCredsEndpoint(string Value) : IOpenName<TlsCredsEndpoint>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly TlsCredsEndpoint Client = new("client");

    public static readonly TlsCredsEndpoint Server = new("server");

    /// <inheritdoc/>
    public static TlsCredsEndpoint FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
