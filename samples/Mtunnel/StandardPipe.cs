using System.IO.Pipelines;

namespace Mtunnel;

/// <summary>Standard input and output as one pipe.</summary>
internal sealed class StandardPipe : IDuplexPipe
{
    public PipeReader Input { get; } = PipeReader.Create(Console.OpenStandardInput());

    public PipeWriter Output { get; } = PipeWriter.Create(Console.OpenStandardOutput());
}
