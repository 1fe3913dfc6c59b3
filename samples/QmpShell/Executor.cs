using System.Text.Json;
using System.Text.Json.Nodes;
using Pve.Qmp;
using QmpShell.Language;
using QmpShell.Output;

namespace QmpShell;

/// <summary>Executes lines.</summary>
internal sealed class Executor(QmpClient client, ShellOptions options, Palette palette, Func<int> width)
{
    private readonly AnswerText _answers = new(options.Format, palette);

    /// <summary>Executes a line and returns what there is to print, which may be nothing. Cancelling stops the wait only.</summary>
    /// <exception cref="QmpException">Its type says what went wrong, and whether the connection still works.</exception>
    /// <exception cref="LineException">It asks for what this QEMU does not have.</exception>
    public async Task<string> ExecuteAsync(ShellLine line, CancellationToken cancellationToken) => line switch
    {
        QmpLine command => _answers.Write(await ExecuteAsync(command, cancellationToken)),
        HmpLine text => _answers.WriteMonitor(await ExecuteAsync(Monitor(text), cancellationToken)),
        HelpLine help => new HelpText(await client.GetSchemaAsync(cancellationToken), width(), palette != Palette.None).Write(help.Topic),
        _ => "",
    };

    private Task<JsonElement> ExecuteAsync(QmpLine line, CancellationToken cancellationToken)
    {
        var overtakes = options.OutOfBand || line.OutOfBand;
        if (overtakes && !client.IsOutOfBandEnabled)
        {
            throw new LineException("this monitor does not offer out-of-band execution; leave --oob or exec-oob out");
        }

        var call = new QmpCallOptions { OutOfBand = overtakes, ReplyTimeout = options.Timeout };
        return client.ExecuteAsync(line.Command, line.Arguments, call, cancellationToken);
    }

    private static QmpLine Monitor(HmpLine line)
        => new("human-monitor-command", JsonElement.Parse(new JsonObject { ["command-line"] = line.Text }.ToJsonString()));
}
