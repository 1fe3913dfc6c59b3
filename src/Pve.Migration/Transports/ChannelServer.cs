using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Nerdbank.Streams;
using Pve.Migration.Diagnostics;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Transports;

// The channels of one client: one for the tunnel, one for each connection to a socket.
internal sealed class ChannelServer(
    MultiplexingStream channels, Action<string> end, Func<IDuplexPipe, CancellationToken, Task> serveTunnel, MultiplexedServerOptions options, ILogger logger)
{
    private readonly SocketAllowList _allowed = new(options.AllowedSockets);
    private readonly TaskSet _tunnel = new();
    private readonly TaskSet _sockets = new();
    private int _refusals;
    private int _hasTunnel;
    private CancellationToken _stop;
    private CancellationToken _serviceStop;

    // A client that is gone ends the sockets' connections at once, and the tunnel as over any other carrier: its stream has ended, and what it
    // does then, such as a resume that is under way or the wait of a lease, only the service's own stop cuts short.
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        (_stop, _serviceStop) = (stop.Token, cancellationToken);
        channels.ChannelOffered += OnOffered;
        channels.StartListening();
        try
        {
            await channels.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            channels.ChannelOffered -= OnOffered;
            await stop.CancelAsync().ConfigureAwait(false);
            await _sockets.JoinAsync().ConfigureAwait(false);
            await channels.DisposeAsync().ConfigureAwait(false);
            await _tunnel.JoinAsync().ConfigureAwait(false);
        }
    }

    // Called by the reader of all channels: nothing here may wait.
    private void OnOffered(object? sender, MultiplexingStream.ChannelOfferEventArgs offer)
    {
        if (offer.Name == Multiplexing.ControlName && Interlocked.Exchange(ref _hasTunnel, 1) == 0)
        {
            Accept(offer, _tunnel, ServeTunnelAsync);
        }
        else if (offer.Name.StartsWith(Multiplexing.SocketPrefix, StringComparison.Ordinal) && _sockets.Count < options.MaxConnections)
        {
            string path = offer.Name[Multiplexing.SocketPrefix.Length..];
            Accept(offer, _sockets, channel => ServeSocketAsync(channel, path));
        }
        else
        {
            channels.RejectChannel(offer.QualifiedId.Id);
            CountRefusal("a second tunnel, too many connections, or no name that is known here");
        }
    }

    // Each costs the library memory, and the log a line: not for ever.
    private void CountRefusal(string why)
    {
        int count = Interlocked.Increment(ref _refusals);
        if (count > options.MaxRefusals)
        {
            end($"{count} channels had to be refused");
            return;
        }

        logger.ChannelRefused(why);
    }

    private void Accept(MultiplexingStream.ChannelOfferEventArgs offer, TaskSet running, Func<MultiplexingStream.Channel, Task> serve)
    {
        MultiplexingStream.Channel channel = channels.AcceptChannel(offer.QualifiedId.Id);
        running.Run(() => serve(channel));
    }

    private async Task ServeTunnelAsync(MultiplexingStream.Channel channel)
    {
        try
        {
            await serveTunnel(channel, _serviceStop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_serviceStop.IsCancellationRequested)
        {
            // asked to stop
        }
#pragma warning disable CA1031 // the tunnel's failure ends the tunnel; RAM may be on its way
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ServingFailed(SecretMask.Apply(e.Message));
        }

        await channel.Output.CompleteAsync().ConfigureAwait(false);
        await channel.Input.CompleteAsync().ConfigureAwait(false);
    }

    private async Task ServeSocketAsync(MultiplexingStream.Channel channel, string path)
    {
        var near = new ChannelLink(channel);
        IByteLink? far = null;
        try
        {
            far = await OpenAsync(channel, path).ConfigureAwait(false);
            if (far is null)
            {
                return;
            }

            logger.ChannelOpened(path);
            await Relay.RunAsync(near, far, _stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // the client is gone
        }
#pragma warning disable CA1031 // one connection must not end the others
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ChannelBroke(path, e.Message);
        }
        finally
        {
            if (far is not null)
            {
                await far.DisposeAsync().ConfigureAwait(false);
                await near.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<IByteLink?> OpenAsync(MultiplexingStream.Channel channel, string path)
    {
        string? refusal = _allowed.WhyNot(path);
        IByteLink? socket = null;
        if (refusal is not null)
        {
            CountRefusal(refusal);
        }
        else
        {
            try
            {
                socket = await GuardedSocket.ConnectAsync(path, _stop).ConfigureAwait(false);
            }
            catch (MtunnelConnectionException e)
            {
                refusal = e.Message;
                logger.ChannelRefused(refusal);
            }
        }

        await ChannelGreeting.WriteAsync(channel.Output, refusal, _stop).ConfigureAwait(false);
        if (refusal is not null)
        {
            await channel.Output.CompleteAsync().ConfigureAwait(false);
            await channel.Input.CompleteAsync().ConfigureAwait(false);
        }

        return socket;
    }
}
