using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pve.Qmp;

/// <summary>An event as a value: its name, and how its data looks on the wire.</summary>
/// <typeparam name="TData">The data; <see cref="QmpNothing"/> where the event has none.</typeparam>
/// <example>
/// <code>
/// using var events = qemu.Subscribe(QmpEvents.Migration.Name);
/// if (QmpEvents.Migration.TryRead(await events.ReadAsync(cancellationToken), out MigrationEvent? data))
/// {
///     bool done = data.Status == MigrationStatus.Completed;
/// }
/// </code>
/// </example>
public sealed record QmpEventType<TData>
{
    /// <summary>Describes an event.</summary>
    public QmpEventType(string name, JsonTypeInfo<TData> data)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(data);
        (Name, Data) = (name, data);
    }

    /// <summary>The name on the wire, such as <c>MIGRATION</c>.</summary>
    public string Name { get; }

    /// <summary>How the data is read.</summary>
    public JsonTypeInfo<TData> Data { get; }

    /// <summary>Reads the data of <paramref name="e"/>; false where it is another event.</summary>
    /// <exception cref="QmpProtocolException">The data has another shape than expected; the connection works on.</exception>
    public bool TryRead(QmpEvent e, [NotNullWhen(true)] out TData? data)
    {
        ArgumentNullException.ThrowIfNull(e);
        if (e.Name != Name)
        {
            data = default;
            return false;
        }

        try
        {
            // QEMU leaves data out where every member is optional and none is there
            data = e.Data.ValueKind == JsonValueKind.Undefined ? JsonSerializer.Deserialize("{}"u8, Data) : e.Data.Deserialize(Data);
            return data is null ? throw new JsonException("null") : true;
        }
        catch (Exception exception)
        {
            // whatever a converter throws concerns this event, not the conversation
            throw new QmpProtocolException($"The data of {Name} has another shape than expected: {exception.Message}", exception, usable: true);
        }
    }

    /// <summary>The event's name.</summary>
    public override string ToString() => Name;
}
