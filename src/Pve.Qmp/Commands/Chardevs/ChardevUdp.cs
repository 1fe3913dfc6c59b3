using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A datagram socket.</summary>
/// <param name="Remote">Where to send.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChardevAdd,
///     new("serial1", ChardevBackend.Udp(new(SocketAddress.Inet("10.0.0.9", "514")))),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChardevUdp([property: JsonConverter(typeof(LegacySocketAddressConverter))] SocketAddress Remote) : QmpObject
{
    /// <summary>A file that gets a copy of what is written.</summary>
    public string? Logfile { get; init; }

    /// <summary>Whether it is kept, rather than begun anew.</summary>
    public bool? Logappend { get; init; }

    /// <summary>Where to receive.</summary>
    [JsonConverter(typeof(LegacySocketAddressConverter))]
    public SocketAddress? Local { get; init; }
}
