using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Nerdbank.Streams;
using Pve.Migration.Diagnostics;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>The other end of a <see cref="MultiplexedTransport"/>: serves the tunnel's channel, and opens the unix sockets that it allows.</summary>
public static class MultiplexedServer
{
    /// <summary>
    /// Serves one carrier until the client is gone or the token fires, and awaits all that it started; then both halves of
    /// <paramref name="carrier"/> are complete. RAM may flow on after the tunnel's own channel has ended.
    /// </summary>
    /// <param name="carrier">A connection of an <see cref="MtunnelListener"/>, standard input and output, or any other.</param>
    /// <param name="serveTunnel">Run for the tunnel's channel, such as <see cref="MtunnelServer.ServeAsync"/>.</param>
    /// <param name="options">What may be opened.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MtunnelConnectionException">The client does not speak this protocol, or did not begin in time; or it went on in a way that no client of ours does.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public static async Task ServeAsync(
        IDuplexPipe carrier,
        Func<IDuplexPipe, CancellationToken, Task> serveTunnel,
        MultiplexedServerOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(carrier);
        ArgumentNullException.ThrowIfNull(serveTunnel);
        options ??= new MultiplexedServerOptions();
        options.Validate();
        ILogger logger = options.LoggerFactory.CreateLogger(typeof(MultiplexedServer).FullName!);
        try
        {
            var checkedCarrier = new CheckedCarrier(carrier, options.MaxFrameLength);
            MultiplexingStream channels = await BeginAsync(checkedCarrier, options, cancellationToken).ConfigureAwait(false);
            var server = new ChannelServer(channels, checkedCarrier.Fail, serveTunnel, options, logger);
            await server.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not MultiplexingViolationException)
        {
            logger.ServerConnectionLost(e.Message);
        }
#pragma warning disable CA1031 // what the library makes of a peer that breaks the protocol has exceptions of many kinds, some of them not public
        catch (Exception e) when (e is not (OperationCanceledException or MtunnelConnectionException))
#pragma warning restore CA1031
        {
            throw new MtunnelConnectionException($"the client broke the multiplexing protocol: {e.Message}", e);
        }
        finally
        {
            await carrier.Output.CompleteAsync().ConfigureAwait(false);
            await carrier.Input.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static async Task<MultiplexingStream> BeginAsync(CheckedCarrier carrier, MultiplexedServerOptions options, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.HandshakeTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await Multiplexing.CreateAsync(carrier, options.ChannelWindow, either.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // junk for a handshake is told by exceptions of several kinds, one of them not public
        catch (Exception e)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            string why = late.IsCancellationRequested
                ? $"it began no handshake within {options.HandshakeTimeout.TotalSeconds:0.###} s"
                : $"{e.Message} (see that it uses a MultiplexedTransport)";
            throw new MtunnelConnectionException($"the client does not multiplex: {why}", e);
        }
    }
}
