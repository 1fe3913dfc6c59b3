using System.IO.Pipelines;

namespace Pve.Benchmarks.Qmp;

/// <summary>One end of a pair of pipes.</summary>
internal sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
{
    public PipeReader Input { get; } = input;

    public PipeWriter Output { get; } = output;
}
