using Pve.Qmp;
using QmpShell.Language;
using QmpShell.Output;

namespace QmpShell;

/// <summary>The file of <c>--record</c>, which is either complete or complained about.</summary>
internal sealed class Recording : IAsyncDisposable
{
    private readonly string _file;

    private Recording(string file, QmpRecorder recorder) => (_file, Recorder) = (file, recorder);

    public QmpRecorder Recorder { get; }

    /// <exception cref="LineException">The file cannot be created.</exception>
    public static Recording Open(string file)
    {
        try
        {
            return new Recording(file, QmpRecorder.ToFile(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LineException($"--record {file}: {e.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Takes a recorded monitor's place, as fast as possible.</summary>
    /// <exception cref="LineException">The file cannot be read, or is no transcript of one conversation.</exception>
    public static async Task<QmpReplay> ReplayAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return new QmpReplay(await QmpTranscript.LoadAsync(file, cancellationToken), new QmpReplayOptions { AsFastAsPossible = true });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or QmpTranscriptException or ArgumentException)
        {
            throw new LineException($"replay:{file}: {e.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Writes what waits, and returns the exit code.</summary>
    public async Task<int> CloseAsync(TextWriter error)
    {
        await Recorder.DisposeAsync();
        return Recorder.Missed == 0 && Recorder.Failure is null ? ExitCode.Done
            : await Complaint.SayAsync(
                error, $"{_file} lacks {Recorder.Missed} messages{(Recorder.Failure is { } reason ? $": {PlainText.OneLine(reason.Message)}" : ".")}", ExitCode.Failed);
    }

    public ValueTask DisposeAsync() => Recorder.DisposeAsync();
}
