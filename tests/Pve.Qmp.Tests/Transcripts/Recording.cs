using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pve.Qmp.Framing;
using Pve.Qmp.Transcripts;

namespace Pve.Qmp.Tests.Transcripts;

/// <summary>Records lines that no client sends or reads.</summary>
internal static class Recording
{
    public static Task<string> OfAsync(params (QmpTranscriptDirection Direction, string Line)[] lines) => OfAsync(new QmpRecorderOptions(), lines);

    public static Task<string> OfAsync(QmpRecorderOptions options, params (QmpTranscriptDirection Direction, string Line)[] lines)
        => OfAsync(options, tap =>
        {
            foreach (var (direction, line) in lines)
            {
                switch (direction)
                {
                    case QmpTranscriptDirection.Sent:
                        tap.OnSent(Samples.Bytes(line + "\n"));
                        break;
                    case QmpTranscriptDirection.Received:
                        tap.OnReceived(Samples.Bytes(line));
                        break;
                    default:
                        tap.OnCutOff(Samples.Bytes(line));
                        break;
                }
            }
        });

    public static async Task<string> OfAsync(QmpRecorderOptions options, Action<IWireTap> talk)
    {
        var file = new StringWriter();
        await using (var recorder = new QmpRecorder(file, options))
        {
            talk(recorder.Begin("the peer", new FakeTimeProvider(), NullLogger.Instance)!);
        }

        return file.ToString();
    }
}
