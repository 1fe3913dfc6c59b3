using System.IO.Pipelines;
using Nerdbank.Streams;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>A tunnel within the process: each connection is a crosswise pair of pipes with a server running at the other end.</summary>
public sealed class InProcessTransport : IMtunnelTransport
{
    private readonly Func<IDuplexPipe, CancellationToken, Task> _server;

    /// <summary><paramref name="server"/> is started for each connection; its token fires when the connection is disposed, which waits for it.</summary>
    public InProcessTransport(Func<IDuplexPipe, CancellationToken, Task> server)
    {
        ArgumentNullException.ThrowIfNull(server);
        _server = server;
    }

    /// <inheritdoc/>
    public string Name => "in-process tunnel";

    /// <inheritdoc/>
    public Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (IDuplexPipe ours, IDuplexPipe theirs) = FullDuplexStream.CreatePipePair();
        return Task.FromResult<IMtunnelConnection>(new InProcessConnection(ours, theirs, _server));
    }
}
