namespace Pve.Qmp;

/// <summary>An enumeration of the wire that may grow: a text with known names. A value nobody knew is data, never an error.</summary>
/// <typeparam name="TSelf">The enumeration.</typeparam>
/// <example>
/// <code>
/// static bool IsNewToUs&lt;T&gt;(T value, params T[] known)
///     where T : struct, IOpenName&lt;T&gt;
///     =&gt; !known.Contains(value);
///
/// StatusInfo status = await qemu.ExecuteAsync(QmpCommands.QueryStatus);
/// bool isNew = IsNewToUs(status.Status, RunState.Running, RunState.FromWire("paused"));
/// </code>
/// </example>
public interface IOpenName<TSelf>
    where TSelf : struct, IOpenName<TSelf>
{
    /// <summary>The name on the wire.</summary>
    string Value { get; }

    /// <summary>The value that the wire calls <paramref name="value"/>.</summary>
    static abstract TSelf FromWire(string value);
}
