using System.IO.Pipelines;
using System.Net.Sockets;

namespace Pve.Qmp.Session;

/// <summary>A stream, or one for each direction, as a pipe; it owns them.</summary>
internal class StreamPipe(Stream input, Stream output) : IDuplexPipe
{
    public StreamPipe(Stream stream)
        : this(stream, stream)
    {
    }

    // with zero-byte reads a connection that is silent holds no buffer; of other streams few know them
    public PipeReader Input { get; } = PipeReader.Create(
        input, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: input is NetworkStream));

    public PipeWriter Output { get; } = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>Closes the streams, which also ends reads and writes of a stream that ignores cancellation.</summary>
    public void Abort()
    {
        Close(output);
        Close(input);
    }

    private static void Close(Stream stream)
    {
        try
        {
            stream.Dispose();
        }
        catch (Exception)
        {
            // nobody is left to whom it matters
        }
    }
}
