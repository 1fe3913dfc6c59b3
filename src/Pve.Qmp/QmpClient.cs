using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Qmp.Diagnostics;
using Pve.Qmp.Framing;
using Pve.Qmp.Schema;
using Pve.Qmp.Session;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <summary>A conversation with QEMU over QMP. One that exists is connected and negotiated; it is safe for many callers at once.</summary>
/// <example>
/// <code>
/// await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Unix("/run/vm/100.qmp"), cancellationToken: cancellationToken);
/// StatusInfo status = await client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
/// JsonElement disks = await client.ExecuteAsync("query-block", cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed class QmpClient : IAsyncDisposable
{
    private readonly QmpSession _session;
    private readonly QmpClientOptions _options;
    private readonly SchemaSource _schema;

    private QmpClient(QmpSession session, QmpClientOptions options, string name, QmpGreeting greeting, bool outOfBand)
    {
        (_session, _options) = (session, options);
        (Name, Greeting, IsOutOfBandEnabled) = (name, greeting, outOfBand);
        _schema = new SchemaSource(
            greeting.Version, () => ExecuteAsync(SchemaCommands.QueryCommands), () => ExecuteAsync(SchemaCommands.QuerySchema));
    }

    /// <summary>The endpoint's text, for messages.</summary>
    public string Name { get; }

    /// <summary>What QEMU said of itself.</summary>
    public QmpGreeting Greeting { get; }

    /// <summary>Whether commands may go out of band.</summary>
    public bool IsOutOfBandEnabled { get; }

    /// <summary>
    /// The process that listened at the other end of a unix socket, or connected from there, as Linux noted it (<c>SO_PEERCRED</c>, unix(7)); null with
    /// any other connection. It is QEMU's own, unless somebody forwards to it, or had opened the socket for it.
    /// </summary>
    public int? PeerProcessId => _session.PeerProcessId;

    /// <summary>Completes when the conversation ends: with the reason, or with none after <see cref="DisposeAsync"/>.</summary>
    public Task<QmpException?> Ended => _session.Ended;

    /// <summary>How many replies came after their caller had stopped waiting.</summary>
    public long LateReplies => _session.LateReplies;

    /// <summary>How many replies answered no command of ours.</summary>
    public long UnmatchedReplies => _session.UnmatchedReplies;

    /// <summary>The clock that <see cref="QmpEvent.ReceivedAt"/> is read from.</summary>
    public TimeProvider TimeProvider => _options.TimeProvider;

    /// <summary>Connects to <paramref name="endpoint"/> and negotiates.</summary>
    /// <exception cref="QmpConnectionException">Nobody listens there, or the connection was lost.</exception>
    /// <exception cref="QmpBusyException">The monitor accepted but never greeted.</exception>
    /// <exception cref="QmpProtocolException">What listens there is no QMP server.</exception>
    public static async Task<QmpClient> ConnectAsync(
        QmpEndpoint endpoint, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        options = Checked(options);
        using var deadline = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var connecting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        SocketPipe pipe;
        try
        {
            pipe = await endpoint.OpenAsync(connecting.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new QmpConnectionException($"Connecting to QMP at {endpoint} took longer than {options.ConnectTimeout.TotalSeconds:0.###} s.");
        }
        catch (SocketException e) when (endpoint.IsQueueFull(e))
        {
            throw new QmpBusyException(endpoint.Text, e);
        }
        catch (SocketException e)
        {
            throw new QmpConnectionException($"No QMP server answers at {endpoint}: {endpoint.Explain(e)}.{endpoint.Advice}", e);
        }

        return await OpenAsync(pipe, endpoint.Text, options, connecting.Token, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Negotiates over a socket that is already connected; the client owns it from here on. File descriptors can travel over a unix socket.</summary>
    /// <exception cref="QmpException">As for an endpoint.</exception>
    /// <exception cref="IOException">The socket is not connected.</exception>
    public static Task<QmpClient> ConnectAsync(
        Socket socket, string name, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return OpenAsync(new SocketPipe(socket), name, Checked(options), cancellationToken);
    }

    /// <summary>
    /// Negotiates over the standard input and output of a child, such as a QEMU that was started with <c>-qmp stdio</c>. Both must be redirected;
    /// the client owns the two streams from here on, the process stays its owner's.
    /// </summary>
    /// <exception cref="QmpException">As for an endpoint.</exception>
    /// <exception cref="InvalidOperationException">Standard input or output is not redirected.</exception>
    public static Task<QmpClient> ConnectAsync(Process child, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(child);
        return OpenAsync(
            new StreamPipe(child.StandardOutput.BaseStream, child.StandardInput.BaseStream), $"the standard input and output of process {child.Id}",
            Checked(options), cancellationToken);
    }

    /// <summary>Negotiates over a stream that is already connected, such as a TLS stream; the client owns it from here on.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Stops connecting.</param>
    /// <exception cref="QmpException">As for an endpoint.</exception>
    public static Task<QmpClient> ConnectAsync(
        Stream stream, string name, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return OpenAsync(new StreamPipe(stream), name, Checked(options), cancellationToken);
    }

    /// <summary>Negotiates over a pipe; when the conversation ends, both of its directions are completed, and it is disposed where it can be.</summary>
    /// <exception cref="QmpException">As for an endpoint.</exception>
    public static Task<QmpClient> ConnectAsync(
        IDuplexPipe pipe, string name, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        return OpenAsync(pipe, name, Checked(options), cancellationToken);
    }

    /// <summary>Executes a command that takes no arguments.</summary>
    /// <exception cref="QmpException">Its type says what went wrong, and whether the connection still works.</exception>
    public Task<TResult> ExecuteAsync<TResult>(
        QmpCommand<QmpNothing, TResult> command, QmpCallOptions? call = null, CancellationToken cancellationToken = default)
        => ExecuteAsync(command, new QmpNothing(), call, cancellationToken);

    /// <summary>Executes a command. Cancelling stops the wait; QEMU may still execute it.</summary>
    /// <exception cref="QmpException">Its type says what went wrong, and whether the connection still works.</exception>
    /// <exception cref="QmpUnsupportedException">With <see cref="QmpCallOptions.OmitUnknown"/>: QEMU does not know what cannot be left out.</exception>
    /// <exception cref="InvalidOperationException">Out of band was asked for where it is not enabled or not allowed.</exception>
    /// <exception cref="ArgumentException">The deadline is none, or the file descriptor is closed.</exception>
    public Task<TResult> ExecuteAsync<TArguments, TResult>(
        QmpCommand<TArguments, TResult> command, TArguments arguments, QmpCallOptions? call = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var outOfBand = call?.OutOfBand ?? false;
        if (outOfBand && !(IsOutOfBandEnabled && command.AllowOutOfBand))
        {
            throw new InvalidOperationException(IsOutOfBandEnabled
                ? $"'{command}' cannot be executed out of band."
                : $"Out-of-band execution is not enabled on {Name}.");
        }

        if (call?.FileDescriptor is { } descriptor)
        {
            Check(descriptor, outOfBand, command.Name);
        }

        if (call is { OmitUnknown: true })
        {
            return ExecuteFittedAsync(command, arguments, call, cancellationToken);
        }

        var timeout = call?.ReplyTimeout ?? command.ReplyTimeout ?? _options.ReplyTimeout;
        QmpClientOptions.CheckReplyTimeout(timeout);
        if (!Telemetry.IsListenedTo)
        {
            return _session.ExecuteAsync(command, arguments, timeout, outOfBand, call?.FileDescriptor, cancellationToken);
        }

        var (startedAt, started) = (TimeProvider.GetUtcNow(), TimeProvider.GetTimestamp());
        var result = _session.ExecuteAsync(command, arguments, timeout, outOfBand, call?.FileDescriptor, cancellationToken);
        Telemetry.Follow(result, command.Name, Name, TimeProvider, startedAt, started);
        return result;
    }

    /// <summary>Executes any command by name, JSON in and JSON out.</summary>
    /// <exception cref="QmpException">Its type says what went wrong, and whether the connection still works.</exception>
    public Task<JsonElement> ExecuteAsync(
        string command, JsonElement arguments = default, QmpCallOptions? call = null, CancellationToken cancellationToken = default)
        => ExecuteAsync(
            new QmpCommand<JsonElement, JsonElement>(command, WireJson.Default.JsonElement, WireJson.Default.JsonElement) { AllowOutOfBand = true },
            arguments, call, cancellationToken);

    /// <summary>Executes a command that takes no arguments, and returns its failure instead of throwing it.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="ExecuteAsync{TResult}"/>.</exception>
    public Task<QmpResult<TResult>> TryExecuteAsync<TResult>(
        QmpCommand<QmpNothing, TResult> command, QmpCallOptions? call = null, CancellationToken cancellationToken = default)
        => TryAsync(ExecuteAsync(command, call, cancellationToken));

    /// <summary>Executes a command, and returns its failure instead of throwing it. Cancelling still throws.</summary>
    /// <exception cref="InvalidOperationException">Out of band was asked for where it is not enabled or not allowed.</exception>
    public Task<QmpResult<TResult>> TryExecuteAsync<TArguments, TResult>(
        QmpCommand<TArguments, TResult> command, TArguments arguments, QmpCallOptions? call = null, CancellationToken cancellationToken = default)
        => TryAsync(ExecuteAsync(command, arguments, call, cancellationToken));

    /// <summary>Executes any command by name, and returns its failure instead of throwing it. Cancelling still throws.</summary>
    public Task<QmpResult<JsonElement>> TryExecuteAsync(
        string command, JsonElement arguments = default, QmpCallOptions? call = null, CancellationToken cancellationToken = default)
        => TryAsync(ExecuteAsync(command, arguments, call, cancellationToken));

    /// <summary>
    /// What this QEMU can do. The client asks once, and not at all where another one in this process has asked the same build of QEMU
    /// with the same commands; a build without a packager's text may be any, and is always asked.
    /// </summary>
    /// <exception cref="QmpException">Its type says what went wrong; the next call asks again.</exception>
    public Task<QmpSchema> GetSchemaAsync(CancellationToken cancellationToken = default) => _schema.GetAsync(cancellationToken);

    /// <summary>Queues the named events from now on; all events where none is named.</summary>
    public QmpEventSubscription Subscribe(params string[] events) => Subscribe(new QmpSubscriptionOptions { Events = events });

    /// <summary>Queues events from now on.</summary>
    public QmpEventSubscription Subscribe(QmpSubscriptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var subscription = new QmpEventSubscription(_session.Events, options);
        _session.Events.Add(subscription);
        return subscription;
    }

    /// <summary>Ends the conversation; commands that wait fail, subscriptions end. When it returns, the connection is closed.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static async Task<QmpResult<TResult>> TryAsync<TResult>(Task<TResult> executing)
    {
        await ((Task)executing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return executing.Exception?.InnerException is QmpException failure
            ? new QmpResult<TResult>(failure)
            : new QmpResult<TResult>(await executing.ConfigureAwait(false));
    }

    private void Check(SafeHandle descriptor, bool outOfBand, string command)
    {
        if (outOfBand)
        {
            throw new InvalidOperationException($"'{command}' cannot take a file descriptor along out of band: QEMU could give it to another command.");
        }

        if (descriptor.IsInvalid || descriptor.IsClosed)
        {
            throw new ArgumentException($"The file descriptor for '{command}' is not open.");
        }

        if (!_session.CarriesDescriptors)
        {
            throw new InvalidOperationException(
                $"'{command}' cannot take a file descriptor along to {Name}: only a unix socket on Linux that this client opened or was handed as such carries one.");
        }
    }

    private async Task<TResult> ExecuteFittedAsync<TArguments, TResult>(
        QmpCommand<TArguments, TResult> command, TArguments arguments, QmpCallOptions call, CancellationToken cancellationToken)
    {
        var schema = await GetSchemaAsync(cancellationToken).ConfigureAwait(false);
        var fit = schema.Fit(command.Name, SchemaCommands.ToElement(arguments, command.Arguments));
        if (fit.Omitted.Count > 0)
        {
            Log.Omitted(_options.LoggerFactory.CreateLogger("Pve.Qmp"), Name, command.Name, fit.Omitted);
            call.Omitted?.Invoke(fit.Omitted);
        }

        var fitted = new QmpCommand<JsonElement, TResult>(command.Name, WireJson.Default.JsonElement, command.Result)
        {
            AllowOutOfBand = command.AllowOutOfBand,
            ReplyTimeout = command.ReplyTimeout,
        };
        return await ExecuteAsync(fitted, fit.Arguments, call with { OmitUnknown = false }, cancellationToken).ConfigureAwait(false);
    }

    private static QmpClientOptions Checked(QmpClientOptions? options)
    {
        options ??= new QmpClientOptions();
        options.Validate();
        return options;
    }

    private static async Task<QmpClient> OpenAsync(
        IDuplexPipe pipe, string name, QmpClientOptions options, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var connecting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        return await OpenAsync(pipe, name, options, connecting.Token, cancellationToken).ConfigureAwait(false);
    }

    // connecting ends with the deadline, or with the caller's own token.
    private static async Task<QmpClient> OpenAsync(
        IDuplexPipe pipe, string name, QmpClientOptions options, CancellationToken connecting, CancellationToken cancellationToken)
    {
        var logger = options.LoggerFactory.CreateLogger("Pve.Qmp");
        var tap = options.Recorder?.Begin(name, options.TimeProvider, logger);
        var lines = new QmpMessageReader(pipe.Input, options.MaxMessageBytes, name, tap);
        QmpGreeting? greeting = null;
        try
        {
            bool outOfBand;
            using (connecting.UnsafeRegister(static state => (state as StreamPipe)?.Abort(), pipe)) // a stream may ignore the token
            {
                greeting = await Handshake.ReadGreetingAsync(lines, name, connecting).ConfigureAwait(false);
                outOfBand = await Handshake
                    .NegotiateAsync(pipe, lines, greeting, options.EnableOutOfBand, name, tap, connecting).ConfigureAwait(false);
            }

            connecting.ThrowIfCancellationRequested();
            Log.Connected(logger, name, greeting.Version.Qemu, outOfBand);
            return new QmpClient(new QmpSession(pipe, lines, name, options, tap, logger), options, name, greeting, outOfBand);
        }
        catch (Exception e)
        {
            await Closing.CloseAsync(pipe).ConfigureAwait(false);
            tap?.OnEnd(connecting.IsCancellationRequested && e is not QmpProtocolException ? new OperationCanceledException(connecting) : e);
            if (e is QmpException && !(e is QmpConnectionException && connecting.IsCancellationRequested))
            {
                throw;
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw connecting.IsCancellationRequested
                ? greeting is null
                    ? new QmpBusyException(name, options.ConnectTimeout)
                    : new QmpConnectionException($"The peer at {name} greeted, but did not negotiate within {options.ConnectTimeout.TotalSeconds:0.###} s.")
                : new QmpConnectionException($"The connection to {name} was lost during the handshake: {e.Message}", e);
        }
    }
}
