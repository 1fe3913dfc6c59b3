using System.IO.Pipelines;

namespace Pve.Migration.Testing.Simulation;

/// <summary>One end of a pair of pipes in memory. Neither end ever waits for the other to read.</summary>
internal sealed class MemoryPipe(PipeReader input, PipeWriter output) : IDuplexPipe
{
    private static readonly PipeOptions Options = new(pauseWriterThreshold: 0, useSynchronizationContext: false);

    public PipeReader Input { get; } = input;

    public PipeWriter Output { get; } = output;

    public static (IDuplexPipe One, IDuplexPipe Other) CreatePair()
    {
        var (there, back) = (new Pipe(Options), new Pipe(Options));
        return (new MemoryPipe(back.Reader, there.Writer), new MemoryPipe(there.Reader, back.Writer));
    }
}
