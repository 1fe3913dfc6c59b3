using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>
/// One running <c>ssh</c>. Disposing it closes its input, waits <see cref="SshTransportOptions.CloseGrace"/>, sends TERM, waits
/// <see cref="SshTransportOptions.TerminateGrace"/>, sends KILL, and removes the local sockets it left.
/// </summary>
public sealed class SshConnection : IMtunnelConnection
{
    // between two signs of the same end: stdout closed, process gone, stderr read
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ForwardPoll = TimeSpan.FromMilliseconds(10);

    private readonly ChildProcess _child;
    private readonly SshTransportOptions _options;
    private readonly ILogger _logger;
    private readonly Pipe _received = new(new PipeOptions(readerScheduler: PipeScheduler.Inline)); // its reader only hands on
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PipePump _pump;
    private readonly Task _watch;
    private readonly Lock _gate = new();
    private readonly List<SshForward> _forwards = [];
    private Task? _disposal;

    internal SshConnection(ChildProcess child, SshTransportOptions options, ILogger logger)
    {
        (_child, _options, _logger) = (child, options, logger);
        Output = PipeWriter.Create(child.Input);
        foreach (SocketForward forward in options.Forwards)
        {
            LocalSockets.Claim(forward.LocalPath, this);
        }

        _pump = PipePump.Start(child.Output, _received.Writer, options.Name);
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>What the remote command writes.</summary>
    public PipeReader Input => _received.Reader;

    /// <summary>What the remote command reads.</summary>
    public PipeWriter Output { get; }

    /// <inheritdoc/>
    public Task<string> Ended => _ended.Task;

    /// <summary>The child's process id.</summary>
    public int ProcessId => _child.Id;

    /// <summary>
    /// For remote commands that say nothing first: waits until ssh listens at every forwarded local socket, looking every 10 ms.
    /// It looks only: connecting would open the far side, and a listening QEMU accepts one connection in its life.
    /// </summary>
    /// <exception cref="MtunnelConnectionException">ssh ended instead, or <paramref name="timeout"/> passed.</exception>
    public async Task WaitForForwardsAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        TimeProvider time = _options.TimeProvider;
        long started = time.GetTimestamp();
        while (_options.Forwards.FirstOrDefault(static forward => !UnixFile.IsSocket(forward.LocalPath) || UnixFile.IsOnlyBound(forward.LocalPath)) is { } missing)
        {
            if (Ended.IsCompleted)
            {
                throw new MtunnelConnectionException(await Ended.ConfigureAwait(false));
            }

            if (time.GetElapsedTime(started) >= timeout)
            {
                throw new MtunnelConnectionException($"{_options.Name}: {missing.LocalPath} does not listen after {timeout.TotalSeconds:0.###} s");
            }

            await Ended.WithinAsync(ForwardPoll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Forwards one more socket, by one more ssh; when this returns, the local path listens. What is known before the tunnel is opened
    /// costs nothing extra in <see cref="SshTransportOptions.Forwards"/>.
    /// </summary>
    /// <exception cref="MtunnelConnectionException">ssh ended instead, or the path is taken; the tunnel itself is not affected.</exception>
    /// <exception cref="ArgumentException">A path cannot be expressed on ssh's command line.</exception>
    public async Task<IForwardedSocket> ForwardAsync(SocketForward forward, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(forward);
        SshForward started = await SshForward.StartAsync(forward, _options, _logger, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_disposal is null)
            {
                _forwards.Add(started);
                return started;
            }
        }

        await started.DisposeAsync().ConfigureAwait(false);
        throw new MtunnelConnectionException($"{_options.Name}: the connection was disposed, {forward.LocalPath} is not forwarded");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= DisposeCoreAsync();
        }

        return new ValueTask(_disposal);
    }

    // The reason is told before the stream ends, so that who sees the end can look it up. Neither sign waits long for the other:
    // a child of ssh may keep stdout or stderr open, and a remote command may close its stdout and stay.
    private async Task WatchAsync()
    {
        TimeProvider time = _options.TimeProvider;
        await Task.WhenAny(_child.Exited, _pump.Completion).ConfigureAwait(false);
        if (await _child.Exited.WithinAsync(SettleTime, time).ConfigureAwait(false))
        {
            await TellEndAsync().ConfigureAwait(false);
        }

        if (_child.Exited.IsCompleted)
        {
            await _pump.Completion.WithinAsync(SettleTime, time).ConfigureAwait(false);
            _pump.Dispose();
        }

        await _pump.Completion.ConfigureAwait(false);
        await _received.Writer.CompleteAsync().ConfigureAwait(false);
        await _child.Exited.ConfigureAwait(false);
        await TellEndAsync().ConfigureAwait(false);
    }

    private async Task TellEndAsync()
    {
        int exitCode = await _child.Exited.ConfigureAwait(false);
        await _child.ErrorRead.WithinAsync(SettleTime, _options.TimeProvider).ConfigureAwait(false);
        string reason = SshFailure.Explain(_options.Name, exitCode, _child.StandardError, _options.Secrets).Message;
        if (_ended.TrySetResult(reason))
        {
            _logger.ChildEnded(_options.Name, reason);
        }
    }

    private async Task DisposeCoreAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _received.Reader.CompleteAsync().ConfigureAwait(false);

        // what ssh does not read would be waited for without end; that of ssh, below, ends this as well
        await CloseInputAsync().WithinAsync(_options.CloseGrace, _options.TimeProvider).ConfigureAwait(false);
        await Task.WhenAll(_forwards.Select(static forward => forward.DisposeAsync().AsTask())).ConfigureAwait(false);
        await _child.EndAsync(_options.CloseGrace, _options.TerminateGrace).ConfigureAwait(false);
        _pump.Dispose();
        await _watch.ConfigureAwait(false);
        _child.Dispose();
        await SshMaster.CancelForwardsAsync(_options, path => LocalSockets.IsOwner(path, this), _logger).ConfigureAwait(false);
        foreach (SocketForward forward in _options.Forwards)
        {
            LocalSockets.Remove(forward.LocalPath, this, _options.Name, _logger);
        }
    }

    private async Task CloseInputAsync()
    {
        try
        {
            await Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // ssh is gone already
        }
    }
}
