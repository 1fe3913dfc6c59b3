using System.Text.Json.Serialization.Metadata;

namespace Pve.Qmp;

/// <summary>A QMP command as a value: its name, and how its arguments and its result look on the wire.</summary>
/// <typeparam name="TArguments">The arguments; <see cref="QmpNothing"/> for none.</typeparam>
/// <typeparam name="TResult">The result; <see cref="QmpNothing"/> where QEMU returns an empty object.</typeparam>
/// <example>
/// <code>
/// var patient = QmpCommands.QueryMigrate with { ReplyTimeout = TimeSpan.FromHours(1) };
/// MigrationInfo migration = await qemu.ExecuteAsync(patient, cancellationToken: cancellationToken);
///
/// // one of your own; instead of these types, those that a JsonSerializerContext made of yours
/// var queryUuid = new QmpCommand&lt;QmpNothing, JsonElement&gt;("query-uuid", QmpCommands.QueryStatus.Arguments, QmpCommands.QomGet.Result);
/// string? uuid = (await qemu.ExecuteAsync(queryUuid)).GetProperty("UUID").GetString();
/// </code>
/// </example>
public sealed record QmpCommand<TArguments, TResult>
{
    /// <summary>Describes a command.</summary>
    public QmpCommand(string name, JsonTypeInfo<TArguments> arguments, JsonTypeInfo<TResult> result)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(result);
        (Name, Arguments, Result) = (name, arguments, result);
    }

    /// <summary>The name on the wire, such as <c>query-status</c>.</summary>
    public string Name { get; }

    /// <summary>How the arguments are written.</summary>
    public JsonTypeInfo<TArguments> Arguments { get; }

    /// <summary>How the result is read.</summary>
    public JsonTypeInfo<TResult> Result { get; }

    /// <summary>Whether QEMU allows the command out of band (its schema's <c>allow-oob</c>).</summary>
    public bool AllowOutOfBand { get; init; }

    /// <summary>The deadline for its reply, where the client's default does not fit.</summary>
    public TimeSpan? ReplyTimeout { get; init; }

    /// <summary>The command's name.</summary>
    public override string ToString() => Name;
}
