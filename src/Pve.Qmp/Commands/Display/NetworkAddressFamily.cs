using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The kind of an address (QAPI NetworkAddressFamily).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new NetworkAddressFamily("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == NetworkAddressFamily.Ipv4;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<NetworkAddressFamily>))]
public readonly record struct NetworkAddressFamily(string Value) : IOpenName<NetworkAddressFamily>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly NetworkAddressFamily Ipv4 = new("ipv4");

    public static readonly NetworkAddressFamily Ipv6 = new("ipv6");

    public static readonly NetworkAddressFamily Unix = new("unix");

    public static readonly NetworkAddressFamily Vsock = new("vsock");

    public static readonly NetworkAddressFamily Unknown = new("unknown");

    /// <inheritdoc/>
    public static NetworkAddressFamily FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
