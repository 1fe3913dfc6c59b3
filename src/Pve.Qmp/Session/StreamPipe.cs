using System.IO.Pipelines;

namespace Pve.Qmp.Session;

/// <summary>A stream as a pipe; it owns the stream.</summary>
internal sealed class StreamPipe(Stream stream) : IDuplexPipe
{
    public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));

    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>Closes the stream, which also ends reads and writes of a stream that ignores cancellation.</summary>
    public void Abort()
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
