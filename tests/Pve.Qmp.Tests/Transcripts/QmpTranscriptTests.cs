using CsCheck;

namespace Pve.Qmp.Tests.Transcripts;

public sealed class QmpTranscriptTests
{
    private const string Header = "qmp-transcript 1 2026-01-01T12:00:00.000001Z\n";

    private static readonly Gen<QmpTranscriptEntry> AnyMessage = Gen.Select(
        Gen.OneOf(QmpTranscriptDirection.Sent, QmpTranscriptDirection.Received, QmpTranscriptDirection.CutOff), Gen.Byte.Array[0, 30],
        (direction, bytes) => QmpTranscriptEntry.FromBytes(TimeSpan.Zero, direction, bytes));

    private static readonly Gen<QmpTranscriptEntry> AnyMark = Gen.OneOf(
        "connected: unix:/run/vm/100.qmp", "gap: 3 messages were not recorded", "closed by us", "closed by the peer", "lost: reset by peer", "protocol error: 'x'",
        "recording ended").Select(text => new QmpTranscriptEntry(TimeSpan.Zero, QmpTranscriptDirection.Mark, text));

    private static readonly Gen<QmpTranscript> AnyTranscript = Gen.Select(
        Gen.Long[0, 4_000_000_000_000_000], Gen.Select(Gen.OneOf<QmpTranscriptEntry>([AnyMessage, AnyMark]), Gen.Long[0, 5_000_000_000]).List[0, 20], (start, steps) =>
        {
            var time = TimeSpan.Zero;
            return new QmpTranscript
            {
                StartedAt = DateTimeOffset.UnixEpoch.AddMicroseconds(start),
                Entries = [.. steps.Select(step => step.Item1 with { Time = time += TimeSpan.FromMicroseconds(step.Item2) })],
            };
        });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_written_is_read_again()
        => AnyTranscript.Sample(transcript =>
        {
            var read = QmpTranscript.Parse(transcript.ToString());
            return read.StartedAt == transcript.StartedAt
                && read.ToString() == transcript.ToString()
                && read.Entries.Select(entry => entry with { Line = 0 }).SequenceEqual(transcript.Entries);
        }, iter: 5_000);

    [Fact]
    public void Comments_blank_lines_CRLF_and_a_mark_of_byte_order_are_skipped()
    {
        var transcript = QmpTranscript.Parse("\uFEFF# mine\r\n\r\n" + Header + "  # so it began\r\n0.5 -> {\"execute\": \"a\"}\r\n1 <- {}\r\n \r\n1.000001 == closed by us");
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero).AddMicroseconds(1), transcript.StartedAt);
        Assert.Equal(
            [
                new QmpTranscriptEntry(TimeSpan.FromSeconds(0.5), QmpTranscriptDirection.Sent, "{\"execute\": \"a\"}") { Line = 5 },
                new QmpTranscriptEntry(TimeSpan.FromSeconds(1), QmpTranscriptDirection.Received, "{}") { Line = 6 },
                new QmpTranscriptEntry(TimeSpan.FromMicroseconds(1_000_001), QmpTranscriptDirection.Mark, "closed by us") { Line = 8 },
            ],
            transcript.Entries);
        Assert.Equal("0.500000 -> {\"execute\": \"a\"}", transcript.Entries[0].ToString());
    }

    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("0.1 -> {}", 1, "begins with 'qmp-transcript 1")]
    [InlineData("# c\nqmp-transcript 2 2026-01-01T12:00:00Z", 2, "'2'")]
    [InlineData("qmp-transcript 1 yesterday", 1, "'yesterday'")]
    [InlineData("qmp-transcript 1 2026-01-01T12:00:00Z more", 1, "begins with")]
    [InlineData(Header + "-> {}", 2, "seconds")]
    [InlineData(Header + "-1.0 -> {}", 2, "seconds")]
    [InlineData(Header + "1.0000001 -> {}", 2, "seconds")]
    [InlineData(Header + "1. -> {}", 2, "seconds")]
    [InlineData(Header + "99999999999999 -> {}", 2, "seconds")]
    [InlineData(Header + "1.0", 2, "->")]
    [InlineData(Header + "1.0 => {}", 2, "->")]
    [InlineData(Header + "1.0 ->{}", 2, "->")]
    [InlineData(Header + "1.0 -> {}\n# c\n0.9 -> {}", 4, "before")]
    [InlineData(Header + "1.0 -> \a", 2, "U+0007")]
    [InlineData(Header + "1.0 -> \\x0", 2, "hexadecimal")]
    [InlineData(Header + "1.0 == closed by them", 2, "'closed by us'")]
    public void Bad_input_is_refused_with_its_line(string text, int line, string message)
    {
        var refusal = Assert.Throws<QmpTranscriptException>(() => QmpTranscript.Parse(text));
        Assert.Equal(line, refusal.Line);
        Assert.Contains($"Line {line}: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_saved_and_loaded_and_must_be_UTF8()
    {
        var path = Path.GetTempFileName();
        try
        {
            var transcript = QmpTranscript.Parse(Header + "0.000001 <- {\"event\": \"é\"}\n");
            await transcript.SaveAsync(path, Ct);
            Assert.Equal(Header + "0.000001 <- {\"event\": \"é\"}\n", await File.ReadAllTextAsync(path, Ct));
            Assert.Equal(transcript.Entries, (await QmpTranscript.LoadAsync(path, Ct)).Entries);

            await File.WriteAllBytesAsync(path, [.. "\n\nab"u8, 0xFF], Ct);
            Assert.Equal(3, (await Assert.ThrowsAsync<QmpTranscriptException>(() => QmpTranscript.LoadAsync(path, Ct))).Line);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Entries_that_no_file_could_hold_are_refused()
    {
        var entry = new QmpTranscriptEntry(TimeSpan.FromSeconds(1), QmpTranscriptDirection.Sent, "{}");
        Assert.Throws<ArgumentException>(() => entry with { Text = "{\n}" });
        Assert.Throws<ArgumentOutOfRangeException>(() => entry with { Time = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentException>(() => new QmpTranscript { StartedAt = default, Entries = [entry, entry with { Time = TimeSpan.Zero }] });
        Assert.Equal(TimeSpan.FromMicroseconds(1), (entry with { Time = TimeSpan.FromTicks(19) }).Time);
    }

    [Fact]
    public void Conversations_are_told_apart_by_their_ends_and_beginnings()
    {
        var transcript = QmpTranscript.Parse(Header + """
            0.1 == connected: a
            0.2 <- {}
            0.3 == closed by us
            0.4 == connected: a
            0.5 == connected: b
            0.6 <- {}
            """);
        Assert.Equal([3, 1, 2], transcript.Conversations.Select(conversation => conversation.Entries.Count));
        Assert.All(transcript.Conversations, conversation => Assert.Equal(transcript.StartedAt, conversation.StartedAt));
        Assert.Empty((transcript with { Entries = [] }).Conversations);
    }
}
