using System.Text;
using System.Text.Json;

namespace Pve.Qmp.Transcripts;

/// <summary>What is secret in the answer to a command besides the names that always are.</summary>
/// <param name="InResult">Whether the result is the secret.</param>
/// <param name="Words">What was masked in the command: QEMU's errors repeat what they complain of.</param>
internal readonly record struct AnswerSecrets(bool InResult, IReadOnlyList<string> Words)
{
    public static readonly AnswerSecrets None = new(InResult: false, []);

    public bool IsNone => !InResult && Words.Count == 0;

    public static AnswerSecrets Of(SecretTable table, ReadOnlySpan<byte> command, IReadOnlyList<Range> masked, bool inResult)
    {
        if (masked.Count == 0)
        {
            return None with { InResult = inResult };
        }

        List<string> words = [];
        foreach (var range in masked)
        {
            words.AddRange(SecretText.WordsOf(table, Read(command[range])));
        }

        return new AnswerSecrets(inResult, words);
    }

    private static string Read(ReadOnlySpan<byte> value)
    {
        try
        {
            var reader = new Utf8JsonReader(value);
            if (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                return reader.GetString()!;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // cut off, or half a character
        }

        return Encoding.UTF8.GetString(value);
    }
}
