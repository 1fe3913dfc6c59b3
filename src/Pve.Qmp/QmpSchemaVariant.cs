namespace Pve.Qmp;

/// <summary>What an object has besides its common members when its discriminator has one value.</summary>
public sealed class QmpSchemaVariant
{
    internal QmpSchemaVariant(string value, QmpSchemaType type) => (Value, Type) = (value, type);

    /// <summary>The discriminator's value, such as the driver <c>qcow2</c>.</summary>
    public string Value { get; }

    /// <summary>An object whose members are added.</summary>
    public QmpSchemaType Type { get; }

    /// <summary>The discriminator's value.</summary>
    public override string ToString() => Value;
}
