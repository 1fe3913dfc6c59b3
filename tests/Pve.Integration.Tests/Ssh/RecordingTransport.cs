using Pve.Migration;

namespace Pve.Integration.Tests.Ssh;

// Keeps hold of the connection that a client owns, to hurt it.
internal sealed class RecordingTransport(SshTransport ssh) : IMtunnelTransport
{
    public string Name => ssh.Name;

    public SshConnection? Connection { get; private set; }

    public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken) =>
        Connection = await ssh.ConnectAsync(cancellationToken);
}
