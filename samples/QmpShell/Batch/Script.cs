using Pve.Qmp;
using QmpShell.Language;

namespace QmpShell.Batch;

/// <summary>Lines from standard input, executed in turn; the first error ends it unless the options say otherwise.</summary>
internal sealed class Script(Executor executor, TextWriter output, TextWriter error)
{
    /// <summary>Executes <paramref name="lines"/> and returns the exit code.</summary>
    public async Task<int> RunAsync(IAsyncEnumerable<string> lines, bool keepGoing, CancellationToken cancellationToken)
    {
        var worst = ExitCode.Done;
        var number = 0;
        await foreach (var text in lines.WithCancellation(cancellationToken))
        {
            number++;
            try
            {
                var line = LineParser.Parse(text);
                if (line is ExitLine)
                {
                    break;
                }

                if (line is not null && await executor.ExecuteAsync(line, cancellationToken) is { Length: > 0 } answer)
                {
                    await output.WriteLineAsync(answer);
                }
            }
            catch (Exception e) when (e is LineException or QmpException)
            {
                var code = Complaint.ExitCodeOf(e);
                worst = Math.Max(worst, code);
                await Complaint.SayAsync(error, $"line {number}: {Complaint.Of(e)}", code);
                if (!keepGoing || e is QmpException { ConnectionUsable: false })
                {
                    break;
                }
            }
        }

        return worst;
    }
}
