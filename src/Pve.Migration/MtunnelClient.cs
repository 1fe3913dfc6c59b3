using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// The source's end of a tunnel. It exists only once the peer is online; the version is learned in the background, so that a peer
/// which never tells one delays nothing. One exchange at a time, callers queue; an exchange without an answer, an <c>ERR</c> answer
/// or a line nobody asked for ends its usefulness for good, yet leaves the carrier and its forwarded sockets alone.
/// </summary>
public sealed class MtunnelClient : IAsyncDisposable
{
    private readonly MtunnelSession _session;
    private readonly MtunnelClientOptions _options;

    private MtunnelClient(MtunnelSession session, MtunnelClientOptions options)
    {
        _session = session;
        _options = options;
    }

    /// <summary>
    /// The dialect, once the peer told it, or kept silent for <see cref="MtunnelClientOptions.VersionTimeout"/>, or was settled.
    /// Faults with a <see cref="MtunnelException"/>; leaving that unobserved is allowed.
    /// </summary>
    public Task<MtunnelDialect> Negotiated => _session.Conversation.Negotiated;

    /// <summary>The dialect, or null while it is not known.</summary>
    public MtunnelDialect? DialectSoFar => _session.Conversation.Codec?.Dialect;

    /// <summary>
    /// What the peer can do beyond its dialect, as a v2 peer of this library says; empty while the dialect is not known, or where
    /// <see cref="MtunnelClientOptions.UseCapabilities"/> is off.
    /// </summary>
    public IReadOnlyCollection<string> Capabilities => _options.UseCapabilities ? _session.Conversation.Capabilities : [];

    internal bool IsAwaitingApi => _session.Conversation.IsAwaitingApi;

    /// <summary>Whether something went wrong after which no command can be sent; an end by <see cref="QuitAsync"/> is not wrong.</summary>
    public bool IsFaulted => FaultReason is not null;

    /// <summary>The first thing that went wrong, or null.</summary>
    public string? FaultReason => _session.Conversation.Fault is { IsFault: true } fault ? fault.Reason : null;

    /// <summary>Completes with <see cref="FaultReason"/> as soon as there is one, be it that ssh died; never faults, never completes without.</summary>
    public Task<string> Faulted => _session.Conversation.Faulted;

    /// <summary>Connects and awaits the greeting. Owns the connection: disposing the client ends it.</summary>
    /// <exception cref="MtunnelConnectionException">The carrier could not be brought up.</exception>
    /// <exception cref="MtunnelGreetingException">The peer did not greet in time, or with something else.</exception>
    public static async Task<MtunnelClient> OpenAsync(
        IMtunnelTransport transport, MtunnelClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        options ??= new MtunnelClientOptions();
        options.Validate();
        ILogger logger = options.LoggerFactory.CreateLogger(typeof(MtunnelClient).FullName!);
        using var deadline = new CancellationTokenSource(options.GreetingTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        IMtunnelConnection? connection = null;
        try
        {
            connection = await transport.ConnectAsync(either.Token).ConfigureAwait(false);
            var lines = new LineReader(connection.Input, options.MaxLineLength);
            if (!options.ExpectGreeting)
            {
                IMtunnelConnection handedOn = connection;
                connection = null;
                return await OpenWithoutGreetingAsync(handedOn, lines, options, transport.Name, logger, either.Token).ConfigureAwait(false);
            }

            var negotiation = new MtunnelNegotiation(options.HighestDialect) { Secrets = options.Secrets };
            await AwaitGreetingAsync(connection, lines, options.MaxLineLength, negotiation, transport.Name, either.Token).ConfigureAwait(false);
            logger.TunnelOnline(transport.Name);
            return Join(new MtunnelSession(connection, lines, negotiation, options, transport.Name, logger), connection, options);
        }
        catch (Exception e)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            if (e is OperationCanceledException && deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                string text = $"{transport.Name}: no greeting within {options.GreetingTimeout.TotalSeconds:0.###} s";
                throw new MtunnelGreetingException(MtunnelGreetingFailure.TimedOut, text, e);
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>
    /// Decides the dialect now, from what has arrived by now: silence so far means v0. To be called before the pause; afterwards
    /// nothing waits for a version line any more, and if v0 it is, nothing the peer says is read as an answer.
    /// </summary>
    /// <exception cref="MtunnelException">The tunnel is faulted or closed.</exception>
    public MtunnelDialect SettleDialect() => _session.Conversation.Settle("settled before it told");

    /// <summary>
    /// Asks the target to make the VM run; returns the time from sending to the answer. Awaits <see cref="Negotiated"/> first.
    /// </summary>
    /// <exception cref="MtunnelUnsupportedException">The dialect has no <c>resume</c>: nothing was sent, the tunnel is as good as before.</exception>
    /// <exception cref="MtunnelRefusedException">The target answered with an error.</exception>
    /// <exception cref="MtunnelNoReplyException">
    /// It was sent and not answered in time, or the connection broke, or <paramref name="cancellationToken"/> fired meanwhile: the VM may run.
    /// </exception>
    /// <exception cref="MtunnelFaultedException">The tunnel was faulted or closed before: nothing was sent.</exception>
    /// <exception cref="MtunnelConnectionException">The connection was gone before: nothing was sent.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired before anything was sent.</exception>
    public async Task<TimeSpan> ResumeAsync(int vmid, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vmid);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vmid, MtunnelCommand.MaxVmid);
        await Negotiated.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (await _session.ExchangeAsync(MtunnelCommand.Resume(vmid), _options.ResumeTimeout, cancellationToken).ConfigureAwait(false)).Elapsed;
    }

    /// <summary>
    /// Whether the peer has a command, by its name on the wire such as <c>nbdstop</c>: <c>quit</c> in every dialect, <c>resume</c> from v1 on,
    /// Proxmox VE's others in v2, and this library's own where <see cref="Capabilities"/> lists them. False while the dialect is not known, so await <see cref="Negotiated"/>
    /// first, unless there is another way to do it.
    /// </summary>
    public bool Can(string command)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        return DialectSoFar switch
        {
            null => false,
            MtunnelDialect.V0 => command == MtunnelVocabulary.Quit,
            MtunnelDialect.V1 => command is MtunnelVocabulary.Quit or MtunnelVocabulary.Resume,
            _ => MtunnelVocabulary.TryFind(command, out var word) ? !word.IsOurs || Capabilities.Contains(command) : Capabilities.Contains(command),
        };
    }

    /// <summary>
    /// Executes a command of v2 by its name on the wire, such as <c>nbdstop</c> or <c>set-replication-state</c>, and returns the answer's
    /// members. Awaits <see cref="Negotiated"/> first.
    /// </summary>
    /// <param name="command">The name; see <see cref="Can"/>.</param>
    /// <param name="parameters">An object, or nothing.</param>
    /// <param name="cancellationToken">As for <see cref="ResumeAsync"/>.</param>
    /// <exception cref="MtunnelException">As for <see cref="ResumeAsync"/>.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, JsonElement parameters = default, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        if (parameters.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object))
        {
            throw new ArgumentException($"The parameters of '{command}' are a JSON object, or nothing.", nameof(parameters));
        }

        MtunnelDialect dialect = await Negotiated.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (dialect != MtunnelDialect.V2 || !Can(command))
        {
            throw new MtunnelUnsupportedException(command, dialect);
        }

        return (await _session.ExchangeAsync(MtunnelCommand.Named(command, parameters), TimeoutOf(command), cancellationToken).ConfigureAwait(false)).Result;
    }

    /// <summary>
    /// Asks a v2 peer for a ticket to a socket that it handed out (<c>ticket</c>), with which one WebSocket to it is let in. The request waits
    /// its turn behind other exchanges; giving up the wait leaves the exchange, and so the tunnel, as it is.
    /// </summary>
    /// <exception cref="MtunnelException">As for <see cref="ResumeAsync"/>; or the answer holds no ticket (<see cref="MtunnelRefusedException"/>).</exception>
    public async Task<string> RequestTicketAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        cancellationToken.ThrowIfCancellationRequested();
        Task<JsonElement> exchange = ExecuteAsync(
            MtunnelVocabulary.Ticket, WireValue.Object(json => json.WriteString("path", path)), CancellationToken.None);
        exchange.ForgetFailure(); // should nobody wait any more
        JsonElement answer = await exchange.WaitAsync(cancellationToken).ConfigureAwait(false);
        return answer.TryGetProperty("ticket", out JsonElement ticket) && ticket.ValueKind == JsonValueKind.String && ticket.GetString() is { Length: > 0 } text
            ? text
            : throw new MtunnelRefusedException(MtunnelVocabulary.Ticket, "the answer holds no ticket", _session.Name, tunnelUsable: true);
    }

    /// <summary>Forwards a socket beside the tunnel, for as long as its carrier lives; see <see cref="IMtunnelConnection.ForwardAsync"/>.</summary>
    /// <exception cref="MtunnelConnectionException">The path cannot be listened at, or the carrier has no way to forward; the tunnel itself is not affected.</exception>
    /// <exception cref="ArgumentException">A path is not absolute, or longer than the 107 bytes that a socket's address holds.</exception>
    public Task<IForwardedSocket> ForwardAsync(SocketForward forward, CancellationToken cancellationToken = default) =>
        _session.ForwardAsync(forward, cancellationToken);

    /// <summary>
    /// Wakes whatever carries the tunnel, and the peer, with a blank line, which Proxmox VE's <c>qm mtunnel</c> ignores without a reply
    /// like any other that is no command. Where the next command matters to the millisecond, this is sent shortly before it. It does
    /// nothing while the dialect is not known, or has no replies, and never throws for a tunnel that is gone.
    /// </summary>
    public Task WakeAsync() => _session.WakeAsync();

    /// <summary>
    /// Ends the tunnel politely: v1 and v2 are asked and answer, v0 is told and its end of stream awaited, a faulted one is told and left.
    /// Awaits <see cref="Negotiated"/> first, at most for <see cref="MtunnelClientOptions.QuitTimeout"/>, since <c>quit</c> is another word in
    /// each dialect; <see cref="SettleDialect"/> spares the wait. A second call does nothing. The carrier lives until <see cref="DisposeAsync"/>.
    /// </summary>
    /// <exception cref="MtunnelNoReplyException">Neither answer nor end came in time.</exception>
    /// <exception cref="MtunnelRefusedException">The peer answered with an error; the tunnel is closed all the same.</exception>
    public Task QuitAsync(CancellationToken cancellationToken = default) => _session.QuitAsync(MtunnelCommand.Quit, cancellationToken);

    /// <summary>
    /// As <see cref="QuitAsync"/>; a v2 peer frees the VM's volumes there and destroys it. What a faulted tunnel's peer made of it has to be
    /// looked for there, since its answer is not read.
    /// </summary>
    /// <exception cref="MtunnelException">As for <see cref="QuitAsync"/>.</exception>
    public Task QuitAndCleanUpAsync(CancellationToken cancellationToken = default)
        => _session.QuitAsync(MtunnelCommand.QuitAndCleanUp, cancellationToken);

    /// <summary>Ends the tunnel and its carrier, without <c>quit</c>; a waiting exchange gets its <see cref="MtunnelNoReplyException"/>.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    // A carrier whose forwards need tickets has them of this tunnel.
    private static MtunnelClient Join(MtunnelSession session, IMtunnelConnection connection, MtunnelClientOptions options)
    {
        var client = new MtunnelClient(session, options);
        (connection as LinkConnection)?.Tickets?.Offer(client.RequestTicketAsync);
        return client;
    }

    private TimeSpan TimeoutOf(string command)
    {
        if (_options.CommandTimeouts.TryGetValue(command, out TimeSpan timeout))
        {
            return timeout;
        }

        return command is MtunnelVocabulary.Resume or MtunnelVocabulary.ResumeWhenCompleted || !MtunnelVocabulary.TryFind(command, out var word) ? _options.ResumeTimeout : word.Timeout;
    }

    private static async Task<MtunnelClient> OpenWithoutGreetingAsync(
        IMtunnelConnection connection, LineReader lines, MtunnelClientOptions options, string name, ILogger logger, CancellationToken cancellationToken)
    {
        var session = new MtunnelSession(connection, lines, MtunnelNegotiation.WithoutGreeting(options.Secrets), options, name, logger);
        try
        {
            await session.Conversation.Negotiated.WaitAsync(cancellationToken).ConfigureAwait(false);
            return Join(session, connection, options);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task AwaitGreetingAsync(
        IMtunnelConnection connection,
        LineReader lines,
        int maxLineLength,
        MtunnelNegotiation negotiation,
        string name,
        CancellationToken cancellationToken)
    {
        LineRead read;
        try
        {
            read = await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new MtunnelConnectionException(connection.Ended.IsCompletedSuccessfully ? connection.Ended.Result : $"{name}: {e.Message}", e);
        }

        switch (read.Kind)
        {
            case LineReadKind.Line:
                negotiation.OnLine(read.Line.Span);
                break;
            case LineReadKind.TooLong:
                throw new MtunnelGreetingException(
                    MtunnelGreetingFailure.Junk, $"{name}: {MtunnelLineTooLongException.Describe(maxLineLength)}");
            default:
                negotiation.OnEnd(read.Line.Span);
                break;
        }

        if (negotiation.Failure is { } failure)
        {
            // ssh's own words, where it died, say more than that the stream ended
            string text = failure == MtunnelGreetingFailure.EndOfStream && connection.Ended.IsCompletedSuccessfully
                ? $"no greeting: {connection.Ended.Result}"
                : $"{name}: {negotiation.FailureText}";
            throw new MtunnelGreetingException(failure, text);
        }
    }
}
