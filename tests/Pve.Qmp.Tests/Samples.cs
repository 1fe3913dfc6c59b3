using System.Buffers;
using System.Text;

namespace Pve.Qmp.Tests;

/// <summary>Lines as QEMU sends them, and ways to cut them.</summary>
internal static class Samples
{
    public const string Greeting =
        """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian 1:7.2+dfsg-7"}, "capabilities": ["oob"]}}""";

    public const string Return = """{"return": {"status": "prelaunch", "singlestep": false, "running": false}, "id": 3}""";

    public const string EmptyReturn = """{"return": {}, "id": 4}""";

    public const string Error = """{"id": 5, "error": {"class": "CommandNotFound", "desc": "The command nope has not been found"}}""";

    public const string ErrorWithoutId = """{"error": {"class": "GenericError", "desc": "JSON parse error, invalid keyword 'x'"}}""";

    public const string Stop = """{"timestamp": {"seconds": 1700000000, "microseconds": 123456}, "event": "STOP"}""";

    public const string Migration =
        """{"timestamp": {"seconds": 1700000001, "microseconds": 7}, "event": "MIGRATION", "data": {"status": "pre-switchover"}}""";

    public static readonly string[] All = [Greeting, Return, EmptyReturn, Error, ErrorWithoutId, Stop, Migration];

    public static TheoryData<string> Each => [.. All];

    /// <summary>The text in two segments, cut at each index, and last in segments of one byte.</summary>
    public static IEnumerable<ReadOnlySequence<byte>> EveryCut(string text) => EveryCut(Encoding.UTF8.GetBytes(text));

    public static IEnumerable<ReadOnlySequence<byte>> EveryCut(byte[] bytes)
    {
        for (var i = 0; i <= bytes.Length; i++)
        {
            yield return Segment.Join(bytes.AsMemory(0, i), bytes.AsMemory(i));
        }

        yield return Segment.Join([.. Enumerable.Range(0, bytes.Length).Select(i => (ReadOnlyMemory<byte>)bytes.AsMemory(i, 1))]);
    }

    public static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    public static string Text(ReadOnlySequence<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        private Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public static ReadOnlySequence<byte> Join(params ReadOnlyMemory<byte>[] parts)
        {
            var first = new Segment(parts[0], 0);
            var last = first;
            foreach (var part in parts.AsSpan(1))
            {
                var next = new Segment(part, last.RunningIndex + last.Memory.Length);
                last.Next = next;
                last = next;
            }

            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }
}
