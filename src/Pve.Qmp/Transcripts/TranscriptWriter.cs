using System.Text;

namespace Pve.Qmp.Transcripts;

/// <summary>Writes lines as a transcript, masked and escaped, in pieces of a few thousand characters however long the line.</summary>
internal sealed class TranscriptWriter(TextWriter output, SecretTable secrets)
{
    private readonly char[] _buffer = new char[4096];
    private SecretMasker _masker = new(secrets);

    public Task WriteHeaderAsync(DateTimeOffset startedAt) => output.WriteAsync(TranscriptFormat.Header(startedAt) + "\n");

    public async Task WriteAsync(QueuedLine line)
    {
        if (line.Direction == QmpTranscriptDirection.Mark)
        {
            TakeMark(Encoding.UTF8.GetString(line.Bytes.Span));
        }

        await output.WriteAsync($"{TranscriptFormat.Time(line.Time)} {TranscriptFormat.Arrow(line.Direction)} ").ConfigureAwait(false);
        var written = 0;
        foreach (var secret in _masker.Find(line.Direction, line.Bytes))
        {
            await WriteEscapedAsync(line.Bytes[written..secret.Start.Value]).ConfigureAwait(false);
            await output.WriteAsync(Masked.Text).ConfigureAwait(false);
            written = secret.End.Value;
        }

        await WriteEscapedAsync(line.Bytes[written..]).ConfigureAwait(false);
        await output.WriteAsync('\n').ConfigureAwait(false);
    }

    private void TakeMark(string text)
    {
        switch (Mark.Read(text)?.Kind)
        {
            case MarkKind.Connected:
                _masker = new SecretMasker(secrets); // ids begin anew
                break;
            case MarkKind.Gap:
                _masker.LinesMissed();
                break;
        }
    }

    private async Task WriteEscapedAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            EscapedText.Encode(bytes.Span, _buffer, out var consumed, out var written);
            await output.WriteAsync(_buffer.AsMemory(0, written)).ConfigureAwait(false);
            bytes = bytes[consumed..];
        }
    }
}
