using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <summary>The commands this package knows by type. Any other goes by name: <see cref="QmpClient.ExecuteAsync(string, JsonElement, QmpCallOptions?, CancellationToken)"/>.</summary>
/// <remarks>Each is made when it is first asked for, so that a program pays only for those it uses.</remarks>
/// <example>
/// <code>
/// StatusInfo status = await qemu.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
/// await qemu.ExecuteAsync(QmpCommands.JobDismiss, new("mirror0"), cancellationToken: cancellationToken);
/// </code>
/// </example>
public static partial class QmpCommands
{
    private static QmpCommand<QmpNothing, TResult> Query<TResult>(string name, JsonTypeInfo<TResult> result)
        => Command(name, WireJson.Default.QmpNothing, result);

    private static QmpCommand<TArguments, QmpNothing> Command<TArguments>(string name, JsonTypeInfo<TArguments> arguments)
        => Command(name, arguments, WireJson.Default.QmpNothing);

    private static QmpCommand<TArguments, TResult> Command<TArguments, TResult>(
        string name, JsonTypeInfo<TArguments> arguments, JsonTypeInfo<TResult> result)
        => new(name, arguments, result) { ReplyTimeout = CommandDeadlines.Of(name) };
}
