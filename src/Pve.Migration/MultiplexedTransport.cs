using Microsoft.Extensions.Logging;
using Nerdbank.Streams;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>
/// Control, RAM and NBD over the one connection of another transport, to a <see cref="MultiplexedServer"/> at its other end: the tunnel is
/// a channel, and so is each connection to a forwarded socket, every one with its own back-pressure and its own half-close.
/// </summary>
/// <remarks>
/// The wire is Nerdbank.Streams' multiplexing protocol, version 2; Proxmox VE does not speak it. A channel's sender has at most
/// <see cref="MultiplexedTransportOptions.ChannelWindow"/> bytes on the way, so that a command waits behind no more than that.
/// </remarks>
public sealed class MultiplexedTransport : IMtunnelTransport
{
    // a server has nothing to offer: these are refused, and one more ends the connection
    private const int MaxOffers = 3;

    private readonly IMtunnelTransport _carrier;
    private readonly MultiplexedTransportOptions _options;
    private readonly ILogger _logger;

    /// <exception cref="ArgumentException">A forward's path is not absolute, or longer than the 107 bytes that a socket's address holds.</exception>
    public MultiplexedTransport(IMtunnelTransport carrier, MultiplexedTransportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(carrier);
        _carrier = carrier;
        _options = options ?? new MultiplexedTransportOptions();
        _options.Validate();
        _logger = _options.LoggerFactory.CreateLogger(typeof(MultiplexedTransport).FullName!);
    }

    /// <inheritdoc/>
    public string Name => $"channels over {_carrier.Name}";

    /// <summary>Connects the carrier, awaits the other end's handshake, opens the tunnel's channel and then the forwards.</summary>
    /// <exception cref="MtunnelConnectionException">The carrier could not be brought up, or what is at its other end serves no channels.</exception>
    public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        using var late = new CancellationTokenSource(_options.HandshakeTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        IMtunnelConnection carrier = await _carrier.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var checkedCarrier = new CheckedCarrier(carrier, _options.MaxFrameLength);
        MultiplexingStream? channels = null;
        try
        {
            channels = await Multiplexing.CreateAsync(checkedCarrier, _options.ChannelWindow, either.Token).ConfigureAwait(false);
            RefuseOffers(channels, checkedCarrier);
            channels.StartListening();
            MultiplexingStream.Channel control = await channels.OfferChannelAsync(Multiplexing.ControlName, either.Token).ConfigureAwait(false);
            return await Join(carrier, checkedCarrier, channels, control).WithForwardsAsync(_options.Forwards, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            string? ended = checkedCarrier.Violation ?? (carrier.Ended.IsCompletedSuccessfully ? carrier.Ended.Result : null);
            await Multiplexing.EndAsync(channels, carrier).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (e is MtunnelConnectionException or ArgumentException)
            {
                throw;
            }

            string why = e is OperationCanceledException && late.IsCancellationRequested
                ? $"no handshake within {_options.HandshakeTimeout.TotalSeconds:0.###} s"
                : ended ?? e.Message;
            throw new MtunnelConnectionException($"{Name}: {why} (see that a MultiplexedServer is at the other end)", e);
        }
    }

    private LinkConnection Join(
        IMtunnelConnection carrier, CheckedCarrier checkedCarrier, MultiplexingStream channels, MultiplexingStream.Channel control)
    {
        var link = new ChannelLink(control);
        var parts = new LinkConnectionParts(_options.TimeProvider)
        {
            Open = (path, cancellationToken) => OpenInTimeAsync(channels, path, cancellationToken),
            ExplainEnd = WhyItEnded,
            ExplainBreak = e => WhyItEnded() ?? e.Message,
            Dispose = () => Multiplexing.EndAsync(channels, carrier),
        };
        return new LinkConnection(link, Name, parts, _logger);

        string? WhyItEnded() => checkedCarrier.Violation
            ?? (carrier.Ended.IsCompletedSuccessfully ? carrier.Ended.Result : channels.Completion.Exception?.InnerException?.Message);
    }

    private static void RefuseOffers(MultiplexingStream channels, CheckedCarrier carrier)
    {
        int offers = 0;
        channels.ChannelOffered += (_, offer) =>
        {
            channels.RejectChannel(offer.QualifiedId.Id);
            if (Interlocked.Increment(ref offers) > MaxOffers)
            {
                carrier.Fail("the other end offers channels, as no server of ours does");
            }
        };
    }

    private async Task<IByteLink> OpenInTimeAsync(MultiplexingStream channels, string path, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.ChannelTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await OpenAsync(channels, path, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MtunnelConnectionException($"the other end did not open {path} within {_options.ChannelTimeout.TotalSeconds:0.###} s", e);
        }
    }

    // What the other end says first is a line: whether it reached the path, and if not, why.
    private static async Task<IByteLink> OpenAsync(MultiplexingStream channels, string path, CancellationToken cancellationToken)
    {
        MultiplexingStream.Channel channel;
        try
        {
            channel = await channels.OfferChannelAsync(Multiplexing.SocketPrefix + path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MultiplexingProtocolException or ObjectDisposedException or OperationCanceledException)
        {
            // an offer that is rejected ends as cancelled
            cancellationToken.ThrowIfCancellationRequested();
            throw new MtunnelConnectionException("the other end takes no more channels", e);
        }

        try
        {
            string? refusal = await ChannelGreeting.ReadAsync(channel, cancellationToken).ConfigureAwait(false);
            return refusal is null ? new ChannelLink(channel) : throw new MtunnelConnectionException($"the other end refused: {refusal}");
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }
}
