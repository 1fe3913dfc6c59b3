using System.Buffers;

namespace Pve.Qmp.Wire;

internal enum QmpMessageKind
{
    Greeting,
    Return,
    Error,
    Event,
}

/// <summary>One message of the server, taken apart as far as routing needs it; the payload stays bytes until its waiter reads it.</summary>
internal readonly ref struct QmpMessage
{
    public required QmpMessageKind Kind { get; init; }

    /// <summary>The id of a reply; none where the server could not tell which command it answers.</summary>
    public long? Id { get; init; }

    /// <summary>The value of <c>QMP</c>, <c>return</c>, <c>error</c> or <c>data</c>; empty where an event has no data.</summary>
    public ReadOnlySequence<byte> Payload { get; init; }

    /// <summary>The name of an event, as UTF-8.</summary>
    public ReadOnlySequence<byte> EventName { get; init; }

    public DateTimeOffset Timestamp { get; init; }
}
