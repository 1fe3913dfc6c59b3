using System.IO.Pipelines;

namespace Pve.Qmp.Transcripts;

/// <summary>One end of two pipes in memory.</summary>
internal sealed class ReplayPipe(PipeReader input, PipeWriter output) : IDuplexPipe
{
    private static readonly PipeOptions Plain = new(useSynchronizationContext: false);

    // A flush waits until the client has seen all of it, so that neither time nor a failure overtakes what is on its way. Only towards the
    // client: if both sides waited so, they would wait for each other.
    private static readonly PipeOptions Attentive = new(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false);

    public PipeReader Input { get; } = input;

    public PipeWriter Output { get; } = output;

    public static (ReplayPipe Client, ReplayPipe Server) CreatePair()
    {
        var (toServer, toClient) = (new Pipe(Plain), new Pipe(Attentive));
        return (new ReplayPipe(toClient.Reader, toServer.Writer), new ReplayPipe(toServer.Reader, toClient.Writer));
    }
}
