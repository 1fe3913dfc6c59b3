using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>An interface of QEMU's host (type <c>tap</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NetdevAdd,
///     new NetdevTap("net0") { Ifname = "tap100i0", Script = "no", Downscript = "no", Vhost = true },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NetdevTap(string Id) : Netdev(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Type => "tap";

    /// <summary>Its name.</summary>
    public string? Ifname { get; init; }

    /// <summary>A socket that QEMU was given, by name or number.</summary>
    public string? Fd { get; init; }

    public string? Fds { get; init; }

    /// <summary>What is run when it is made; <c>no</c> is nothing.</summary>
    public string? Script { get; init; }

    /// <summary>What is run at the end; <c>no</c> is nothing.</summary>
    public string? Downscript { get; init; }

    /// <summary>The bridge of QEMU's host.</summary>
    public string? Br { get; init; }

    /// <summary>The program that makes the interface.</summary>
    public string? Helper { get; init; }

    /// <summary>Bytes that may be in flight.</summary>
    public long? Sndbuf { get; init; }

    [JsonPropertyName("vnet_hdr")]
    public bool? VnetHdr { get; init; }

    /// <summary>Whether the kernel does the work.</summary>
    public bool? Vhost { get; init; }

    public string? Vhostfd { get; init; }

    public string? Vhostfds { get; init; }

    /// <summary>Whether it does so for guests without MSI-X too.</summary>
    public bool? Vhostforce { get; init; }

    /// <summary>How many queues.</summary>
    public int? Queues { get; init; }

    /// <summary>How long vhost polls at most; microseconds on the wire.</summary>
    [JsonPropertyName("poll-us")]
    [JsonConverter(typeof(MicrosecondsConverter))]
    public TimeSpan? Poll { get; init; }
}
