using Microsoft.Extensions.Logging;

namespace Pve.Migration.Transports;

// A forward of a living tunnel: one more ssh, that does nothing else.
internal sealed class SshForward(SocketForward forward, SshConnection ssh) : IForwardedSocket
{
    // it reads no input, so that there is no end of it to wait for
    private static readonly TimeSpan NoGrace = TimeSpan.Zero;

    public SocketForward Forward => forward;

    public string? LastFailure => ssh.Ended.IsCompletedSuccessfully ? ssh.Ended.Result : null;

    public static async Task<SshForward> StartAsync(
        SocketForward forward, SshTransportOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        SshTransportOptions own = options with { Forwards = [forward], ControlPath = null, CloseGrace = NoGrace };
        own.Validate();
        LocalSockets.ClearTheWay(forward.LocalPath, options.Name, logger);
        SshConnection ssh = SshTransport.Start(own, SshArguments.ForForward(own, forward), logger);
        try
        {
            // ssh itself gives up connecting and its key exchange after the one, and a silent server after the other
            TimeSpan patience = own.ConnectTimeout + (own.ServerAliveCountMax * own.ServerAliveInterval);
            await ssh.WaitForForwardsAsync(patience, cancellationToken).ConfigureAwait(false);
            return new SshForward(forward, ssh);
        }
        catch
        {
            await ssh.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => ssh.DisposeAsync();
}
