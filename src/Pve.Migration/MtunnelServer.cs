using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// The target's end of a tunnel, as Proxmox VE's <c>qm mtunnel</c> behaves: it greets, answers the few commands it knows, strictly in
/// order, and ignores everything else without a reply.
/// </summary>
public static class MtunnelServer
{
    /// <summary>
    /// Serves one connection until <c>quit</c> or the end of the stream, then completes both halves of <paramref name="pipe"/>. With
    /// <see cref="MtunnelServerOptions.CleansUpAfter"/> it returns only when the lease of a client that went without <c>quit</c> is over.
    /// </summary>
    /// <exception cref="MtunnelLineTooLongException">The peer sent a line over the limit.</exception>
    /// <exception cref="IOException">The lease cannot be noted.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired; a command being handled was told.</exception>
    public static async Task ServeAsync(
        IDuplexPipe pipe, IMtunnelHandler handler, MtunnelServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new MtunnelServerOptions();
        options.Validate();
        ILogger logger = options.LoggerFactory.CreateLogger(typeof(MtunnelServer).FullName!);
        var commands = new MtunnelCommands(handler, options.Vmid ?? 0, options.Forwarder is not null, logger);
        var stay = new MtunnelStay(handler, options, logger);
        var talk = new MtunnelTalk(pipe, commands, stay, options, logger);
        try
        {
            await talk.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            try
            {
                await talk.EndAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await stay.EndAsync(commands, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
