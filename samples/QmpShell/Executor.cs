using System.Text.Json;
using System.Text.Json.Nodes;
using Pve.Qmp;
using QmpShell.Language;

namespace QmpShell;

/// <summary>Executes lines; <paramref name="timeout"/> is for each one's reply.</summary>
internal sealed class Executor(QmpClient client, bool outOfBand, TimeSpan? timeout)
{
    /// <summary>Executes a line and waits for its answer. Cancelling stops the wait only.</summary>
    /// <exception cref="QmpException">Its type says what went wrong, and whether the connection still works.</exception>
    /// <exception cref="LineException">It asks for what this monitor does not offer.</exception>
    public async Task<Answer> ExecuteAsync(ShellLine line, CancellationToken cancellationToken) => line switch
    {
        QmpLine command => new Answer(await ExecuteAsync(command, cancellationToken), IsMonitorText: false),
        HmpLine text => new Answer(await ExecuteAsync(Monitor(text), cancellationToken), IsMonitorText: true),
        _ => throw new ArgumentException($"{line} is nothing for QEMU.", nameof(line)),
    };

    private Task<JsonElement> ExecuteAsync(QmpLine line, CancellationToken cancellationToken)
    {
        var overtakes = outOfBand || line.OutOfBand;
        if (overtakes && !client.IsOutOfBandEnabled)
        {
            throw new LineException("this monitor does not offer out-of-band execution; leave --oob or exec-oob out");
        }

        var call = new QmpCallOptions { OutOfBand = overtakes, ReplyTimeout = timeout };
        return client.ExecuteAsync(line.Command, line.Arguments, call, cancellationToken);
    }

    private static QmpLine Monitor(HmpLine line)
        => new("human-monitor-command", JsonElement.Parse(new JsonObject { ["command-line"] = line.Text }.ToJsonString()));
}
