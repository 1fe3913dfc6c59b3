using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;

namespace Pve.Migration.Transports;

// A tunnel over a link. It reads ahead by itself, so that the end is seen when it comes and not when somebody reads.
internal sealed class LinkConnection : IMtunnelConnection
{
    private readonly IByteLink _link;
    private readonly string _name;
    private readonly LinkConnectionParts _parts;
    private readonly ILogger _logger;
    private readonly Pipe _received = new(new PipeOptions(readerScheduler: PipeScheduler.Inline)); // its reader only hands on
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cut = new();
    private readonly ForwardSet? _forwards;
    private readonly Task _pump;
    private readonly Lock _gate = new();
    private Task? _disposal;

    public LinkConnection(IByteLink link, string name, LinkConnectionParts parts, ILogger logger)
    {
        (_link, _name, _parts, _logger) = (link, name, parts, logger);
        Output = PipeWriter.Create(new LinkWriter(link));
        _forwards = parts.Open is null ? null : new ForwardSet(name, parts.Open, parts.TimeProvider, logger);
        logger.CarrierConnected(name);
        _pump = Task.Run(PumpAsync);
    }

    public PipeReader Input => _received.Reader;

    public PipeWriter Output { get; }

    public Task<string> Ended => _ended.Task;

    public TicketSource? Tickets => _parts.Tickets;

    // its peer may stop reading for as long as it likes
    public void MayStandStill() => (_link as SocketLink)?.MayStandStill();

    public Task<IForwardedSocket> ForwardAsync(SocketForward forward, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(forward);
        cancellationToken.ThrowIfCancellationRequested();
        return _forwards is not null
            ? Task.FromResult(_forwards.Add(forward))
            : Task.FromException<IForwardedSocket>(new MtunnelConnectionException($"{_name} forwards no sockets: {_parts.WhyNoForwards}"));
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= DisposeCoreAsync();
        }

        return new ValueTask(_disposal);
    }

    private async Task PumpAsync()
    {
        string reason;
        try
        {
            int read;
            do
            {
                read = await _link.ReadAsync(_received.Writer.GetMemory(), _cut.Token).ConfigureAwait(false);
                _received.Writer.Advance(read);
            }
            while (read > 0 && !(await _received.Writer.FlushAsync(_cut.Token).ConfigureAwait(false)).IsCompleted);
            reason = _parts.ExplainEnd?.Invoke() ?? $"{_name}: the peer closed the connection";
        }
        catch (OperationCanceledException) when (_cut.IsCancellationRequested)
        {
            reason = $"{_name}: the connection was disposed";
        }
#pragma warning disable CA1031 // Ended never faults: it tells
        catch (Exception e)
#pragma warning restore CA1031
        {
            reason = $"{_name}: the connection broke: {_parts.ExplainBreak?.Invoke(e) ?? e.Message}";
        }

        // told first, so that who sees the end can look it up
        if (_ended.TrySetResult(reason))
        {
            _logger.CarrierEnded(_name, reason);
        }

        await _received.Writer.CompleteAsync().ConfigureAwait(false);
    }

    private async Task DisposeCoreAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (_forwards is not null)
        {
            await _forwards.DisposeAsync().ConfigureAwait(false);
        }

        await _received.Reader.CompleteAsync().ConfigureAwait(false);
        await _cut.CancelAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
        try
        {
            await Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or System.Net.WebSockets.WebSocketException)
        {
            // what was not sent by now is not sent
        }

        if (_parts.Dispose is not null)
        {
            await _parts.Dispose().ConfigureAwait(false);
        }

        _cut.Dispose();
    }
}
