using System.IO.Pipelines;

namespace Pve.Qmp.Transcripts;

/// <summary>One end of two pipes in memory.</summary>
internal sealed class ReplayPipe(PipeReader input, PipeWriter output) : IDuplexPipe
{
    private static readonly PipeOptions Options = new(useSynchronizationContext: false);

    public PipeReader Input { get; } = input;

    public PipeWriter Output { get; } = output;

    public static (ReplayPipe Client, ReplayPipe Server) CreatePair()
    {
        var (toServer, toClient) = (new Pipe(Options), new Pipe(Options));
        return (new ReplayPipe(toClient.Reader, toServer.Writer), new ReplayPipe(toServer.Reader, toClient.Writer));
    }
}
