using System.Text.Json;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <summary>An event as QEMU sent it.</summary>
/// <example><code>
/// using var events = qemu.Subscribe("STOP", "RESUME");
/// QmpEvent next = await events.ReadAsync(cancellationToken);
/// Console.WriteLine($"{next.Timestamp:O} {next.Name}");
/// </code></example>
public class QmpEvent
{
    private readonly byte[] _payload = [];
    private object? _data; // a boxed JsonElement, so that it is seen whole or not at all

    /// <summary>Makes an event, as a test needs it.</summary>
    public QmpEvent(string name, DateTimeOffset timestamp, JsonElement data, long receivedAt)
        => (Name, Timestamp, _data, ReceivedAt) = (name, timestamp, data, receivedAt);

    // Most events are told by their name: the data is read when it is asked for.
    internal QmpEvent(string name, DateTimeOffset timestamp, byte[] payload, long receivedAt)
        => (Name, Timestamp, _payload, ReceivedAt) = (name, timestamp, payload, receivedAt);

    /// <summary>Its name, such as <c>STOP</c>.</summary>
    public string Name { get; }

    /// <summary>When it happened by the clock of QEMU's host, in microseconds; <see cref="DateTimeOffset.MinValue"/> where QEMU had none.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>Its data; <see cref="JsonValueKind.Undefined"/> where it has none.</summary>
    public JsonElement Data => (JsonElement)(_data ??= Read(_payload));

    /// <summary>When it was read here, as a <see cref="TimeProvider.GetTimestamp"/> of the client's clock.</summary>
    public long ReceivedAt { get; }

    /// <summary>How many bytes its data has on the wire.</summary>
    internal int PayloadBytes => _payload.Length;

    /// <summary>The event's name and data.</summary>
    public override string ToString() => Data.ValueKind == JsonValueKind.Undefined ? Name : $"{Name} {Data.GetRawText()}";

    private static JsonElement Read(byte[] payload)
    {
        if (payload.Length == 0)
        {
            return default;
        }

        var reader = new Utf8JsonReader(payload, WireJson.Reading);
        return JsonElement.ParseValue(ref reader);
    }
}
