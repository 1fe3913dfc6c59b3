using Pve.Qmp.Transcripts;

namespace Pve.Qmp;

/// <summary>What travelled in a QMP conversation and when, as a text that a person can read, mail and edit.</summary>
/// <remarks>
/// <code>
/// qmp-transcript 1 2026-01-01T12:00:00.000000Z
/// # comments and blank lines are skipped
/// 0.000000 == connected: unix:/run/vm/100.qmp
/// 0.000812 &lt;- {"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}
/// 0.000951 -&gt; {"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}
/// 0.001204 &lt;- {"return": {}, "id": 0}
/// 0.500000 == closed by us
/// </code>
/// <para>The first line has the version of the format and the start, in UTC with microseconds. Each further line is one message or mark:
/// the seconds since the start with six decimals, never less than on the line above; a space; <c>-&gt;</c> (sent), <c>&lt;-</c> (received),
/// <c>&lt;~</c> (received, but its end of line never came) or <c>==</c> (a mark); a space; the text, to the end of the line however long.
/// The file is UTF-8; its own lines end in LF, and CRLF is read as well. A message's end of line is not written; QEMU's are CRLF.</para>
/// <para>A byte that is no text (a control or format character, a line separator, invalid UTF-8) is written <c>\xHH</c>. JSON knows no
/// <c>\x</c>, so a message of JSON stays as it is; elsewhere a backslash is <c>\x5C</c> where it would read as an escape. A doubled
/// backslash is two backslashes, and what follows it is no escape.</para>
/// <para>Marks are <c>connected: NAME</c>; <c>gap: N messages were not recorded</c>; and the ends <c>closed by us</c>, <c>closed by the
/// peer</c>, <c>lost: REASON</c>, <c>protocol error: REASON</c>, and <c>recording ended</c> where the conversation outlived its recorder.
/// A recorder that outlives its conversation writes the next one into the same transcript.</para>
/// <para>A value that was masked is <c>"***"</c>.</para>
/// </remarks>
/// <example>
/// <code>
/// var transcript = await QmpTranscript.LoadAsync("vm100.qmp.txt", cancellationToken);
/// foreach (var entry in transcript.Entries.Where(entry => entry.Text.Contains("\"event\"", StringComparison.Ordinal)))
/// {
///     Console.WriteLine($"{transcript.StartedAt + entry.Time:O} {entry.Text}");
/// }
/// </code>
/// </example>
public sealed record QmpTranscript
{
    /// <summary>The version of the format that is written, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>When the recording began, by the recorder's clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The lines, in order.</summary>
    /// <exception cref="ArgumentException">An entry's time is before that of the entry before it.</exception>
    public required IReadOnlyList<QmpTranscriptEntry> Entries
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            for (var i = 1; i < value.Count; i++)
            {
                if (value[i].Time < value[i - 1].Time)
                {
                    throw new ArgumentException($"Entry {i} is earlier than the entry before it.", nameof(Entries));
                }
            }

            field = [.. value];
        }
    }

    /// <summary>The conversations in it, one after another; a recorder that outlives a connection records the next one as well.</summary>
    public IReadOnlyList<QmpTranscript> Conversations
        => [.. Transcripts.Conversations.Split(Entries).Select(entries => this with { Entries = entries })];

    /// <summary>Reads a transcript.</summary>
    /// <exception cref="QmpTranscriptException">The text is none; the exception has the line.</exception>
    public static QmpTranscript Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TranscriptParser.Parse(text);
    }

    /// <summary>Reads a transcript from a file.</summary>
    /// <exception cref="QmpTranscriptException">The file is none; the exception has the line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<QmpTranscript> LoadAsync(string path, CancellationToken cancellationToken = default)
        => TranscriptParser.Parse(TranscriptParser.Decode(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false)));

    /// <summary>Writes the transcript to a file, in place of one that is there.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default) => File.WriteAllTextAsync(path, ToString(), cancellationToken);

    /// <summary>The text of the file.</summary>
    public override string ToString()
        => string.Concat(Entries.Select(entry => $"{entry}\n").Prepend(TranscriptFormat.Header(StartedAt) + "\n"));
}
