using System.Diagnostics;
using Nerdbank.Streams;

namespace Pve.Migration.Transports;

// What both ends of a multiplexed connection have in common.
internal static class Multiplexing
{
    // the tunnel itself
    public const string ControlName = "control";

    // one connection to a unix socket of the server's side
    public const string SocketPrefix = "unix:";

    // one full frame: with less, a sender would never get to fill one
    public const int MinWindow = 20 * 1024;

    // what the library sends at most is one full frame
    public const int DefaultMaxFrame = 64 * 1024;

    // the first with back-pressure, and the last with a handshake, by which a peer that speaks something else is recognised
    private const int ProtocolVersion = 2;

    // it reads nothing until StartListening
    public static async Task<MultiplexingStream> CreateAsync(CheckedCarrier carrier, int window, CancellationToken cancellationToken)
    {
        var options = new MultiplexingStream.Options
        {
            ProtocolMajorVersion = ProtocolVersion,
            DefaultChannelReceivingWindowSize = window,
            FaultOpenChannelsOnStreamDisposal = true,
            StartSuspended = true,

            // names of channels are paths that a peer chose
            TraceSource = new TraceSource(nameof(Multiplexing), SourceLevels.Off),
        };
        return await MultiplexingStream.CreateAsync(carrier, options, cancellationToken).ConfigureAwait(false);
    }

    public static async ValueTask EndAsync(MultiplexingStream? channels, IAsyncDisposable carrier)
    {
        if (channels is not null)
        {
            await channels.DisposeAsync().ConfigureAwait(false);
            await channels.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await carrier.DisposeAsync().ConfigureAwait(false);
    }
}
