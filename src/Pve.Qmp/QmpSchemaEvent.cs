namespace Pve.Qmp;

/// <summary>An event in QEMU's schema.</summary>
public sealed class QmpSchemaEvent
{
    internal QmpSchemaEvent(string name, QmpSchemaType data, IReadOnlyList<string> features) => (Name, Data, Features) = (name, data, features);

    /// <summary>The name on the wire, such as <c>STOP</c>.</summary>
    public string Name { get; }

    /// <summary>The object of its data; one without members where it has none.</summary>
    public QmpSchemaType Data { get; }

    /// <summary>What QEMU says of the event, such as <c>deprecated</c>.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>The event's name.</summary>
    public override string ToString() => Name;
}
