#pragma warning disable CA1720 // the words of JSON itself
namespace Pve.Qmp;

/// <summary>What kind of JSON value a <see cref="QmpSchemaType"/> describes.</summary>
public enum QmpSchemaKind
{
    /// <summary>Any value: QEMU does not say, or says it in a way this package does not know.</summary>
    Any,

    /// <summary>A text.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number, perhaps with a fraction.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary><c>null</c>.</summary>
    Null,

    /// <summary>One of the texts in <see cref="QmpSchemaType.Values"/>.</summary>
    Enum,

    /// <summary>A list of <see cref="QmpSchemaType.ElementType"/>.</summary>
    Array,

    /// <summary>An object with <see cref="QmpSchemaType.Members"/>, and more of them by its <see cref="QmpSchemaType.Discriminator"/>.</summary>
    Object,

    /// <summary>One of the <see cref="QmpSchemaType.Alternatives"/>, told apart by the kind of the value.</summary>
    Alternate,
}
