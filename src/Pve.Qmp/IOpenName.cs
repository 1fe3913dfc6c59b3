namespace Pve.Qmp;

/// <summary>An enumeration of the wire that may grow: a text with known names. A value nobody knew is data, never an error.</summary>
/// <typeparam name="TSelf">The enumeration.</typeparam>
public interface IOpenName<TSelf>
    where TSelf : struct, IOpenName<TSelf>
{
    /// <summary>The name on the wire.</summary>
    string Value { get; }

    /// <summary>The value that the wire calls <paramref name="value"/>.</summary>
    static abstract TSelf FromWire(string value);
}
