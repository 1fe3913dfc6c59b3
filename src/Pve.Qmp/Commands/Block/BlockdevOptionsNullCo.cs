using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A disk of zeroes that keeps nothing (driver <c>null-co</c>).</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevAdd,
///     new BlockdevOptionsNullCo { NodeName = "nothing", Size = 1L &lt;&lt; 20 },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevOptionsNullCo : BlockdevOptions
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Driver => "null-co";

    /// <summary>Bytes; 1 GiB where null.</summary>
    public long? Size { get; init; }

    /// <summary>How long each request takes; nanoseconds on the wire.</summary>
    [JsonPropertyName("latency-ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan? Latency { get; init; }

    /// <summary>Whether reads give zeroes, rather than what was in memory.</summary>
    public bool? ReadZeroes { get; init; }
}
