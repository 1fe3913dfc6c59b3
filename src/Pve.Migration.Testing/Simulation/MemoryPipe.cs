using System.IO.Pipelines;

namespace Pve.Migration.Testing.Simulation;

/// <summary>One end of a pair of pipes in memory. Neither end ever waits for the other to read, unless the options say so.</summary>
internal sealed class MemoryPipe(PipeReader input, PipeWriter output) : IDuplexPipe
{
    private static readonly PipeOptions Options = new(pauseWriterThreshold: 0, useSynchronizationContext: false);

    public PipeReader Input { get; } = input;

    public PipeWriter Output { get; } = output;

    public static (IDuplexPipe One, IDuplexPipe Other) CreatePair(PipeOptions? options = null)
    {
        var (there, back) = (new Pipe(options ?? Options), new Pipe(options ?? Options));
        return (new MemoryPipe(back.Reader, there.Writer), new MemoryPipe(there.Reader, back.Writer));
    }
}
