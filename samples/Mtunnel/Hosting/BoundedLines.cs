namespace Mtunnel.Hosting;

/// <summary>Lines of a stream, none longer than a limit.</summary>
internal sealed class BoundedLines(Stream stream, int maxLength)
{
    private readonly byte[] _buffer = new byte[4096];
    private ReadOnlyMemory<byte> _rest;

    /// <summary>The next one, without its end.</summary>
    /// <exception cref="IOException">It is too long, or the stream ended before it did.</exception>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        using var line = new MemoryStream();
        while (true)
        {
            var end = _rest.Span.IndexOf((byte)'\n');
            line.Write(_rest.Span[..(end < 0 ? _rest.Length : end)]);
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (line.Length > maxLength)
            {
                throw new IOException("it sends a reply without an end");
            }

            if (end >= 0)
            {
                return line.ToArray();
            }

            var read = await stream.ReadAsync(_buffer, cancellationToken);
            _rest = read > 0 ? _buffer.AsMemory(0, read) : throw new IOException("it hung up");
        }
    }
}
