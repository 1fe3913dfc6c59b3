using System.Text;
using System.Text.Json.Serialization;

namespace Pve.Qmp;

/// <summary>An object of the wire that may have more members than this package knows; those are data, never an error.</summary>
/// <remarks>
/// A member that QEMU does not send, although this package knows it, is null, or empty where it cannot be null. Equality is over the members
/// that this package knows.
/// </remarks>
/// <example>
/// <code>
/// MigrationInfo migration = await qemu.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken);
/// bool newer = migration.Others?.TryGetValue("member-of-tomorrow", out JsonElement value) == true;
/// </code>
/// </example>
public abstract record QmpObject
{
    private protected QmpObject()
    {
    }

    /// <summary>The members that this package does not know, by their names on the wire: read in results, and written in arguments; null where there are none.</summary>
    /// <remarks>It can be set at any time, because the JSON source generator cannot bind it otherwise.</remarks>
    [JsonExtensionData]
    public QmpMembers? Others { get; set; }

    /// <summary>Whether <paramref name="other"/> is of the same type.</summary>
    public virtual bool Equals(QmpObject? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>Writes what this package knows.</summary>
    // what it does not know may be a secret
    protected virtual bool PrintMembers(StringBuilder builder) => false;
}
