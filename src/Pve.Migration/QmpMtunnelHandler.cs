using System.Collections.Concurrent;
using System.Text.Json;
using Pve.Migration.Tunnel;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>The target side's handler that acts on the QEMUs of this host over QMP, as <c>qm mtunnel</c> does.</summary>
public sealed class QmpMtunnelHandler : IMtunnelHandler, IAsyncDisposable
{
    private readonly Func<int, CancellationToken, Task<QmpClient>> _connect;
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly TimeSpan _resumeTimeout;
    private readonly ConcurrentDictionary<int, Task<IncomingMonitor>> _ahead = new();

    /// <summary>Creates a handler.</summary>
    /// <param name="locate">Where the monitor of a VM is.</param>
    /// <param name="options">How it is connected to.</param>
    /// <param name="resumeTimeout">How long a guest that still loads may take until it runs; 60 seconds unless given, as with Proxmox VE.</param>
    public QmpMtunnelHandler(Func<int, QmpEndpoint> locate, QmpClientOptions? options = null, TimeSpan? resumeTimeout = null)
        : this((vmid, token) => QmpClient.ConnectAsync(locate(vmid), options, token), options?.TimeProvider, resumeTimeout)
        => ArgumentNullException.ThrowIfNull(locate);

    /// <summary>Creates a handler that connects in a way of its own.</summary>
    /// <param name="connect">Connects to the monitor of a VM; the handler closes it.</param>
    /// <param name="time">The clock of the deadline; the system's unless given.</param>
    /// <param name="resumeTimeout">As above.</param>
    public QmpMtunnelHandler(Func<int, CancellationToken, Task<QmpClient>> connect, TimeProvider? time = null, TimeSpan? resumeTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(connect);
        (_connect, _time, _resumeTimeout) = (connect, time ?? TimeProvider.System, resumeTimeout ?? TimeSpan.FromSeconds(60));
    }

    /// <summary>
    /// Connects to a VM's monitor ahead of its resume, and asks it once, so that inside the pause neither a connection nor code is cold.
    /// The monitor is busy until then.
    /// </summary>
    /// <exception cref="QmpException">It cannot be connected to.</exception>
    public async Task ConnectAsync(int vmid, CancellationToken cancellationToken = default)
    {
        // Known from its beginning: a resume that comes meanwhile waits for it, since a second connection would wait for ever behind it.
        var connecting = new TaskCompletionSource<IncomingMonitor>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_ahead.TryAdd(vmid, connecting.Task))
        {
            return;
        }

        try
        {
            connecting.SetResult(await ConnectWarmAsync(vmid, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            _ahead.TryRemove(vmid, out _);
            connecting.SetException(e);
            _ = connecting.Task.Exception; // observed here: nobody else need wait for it
            throw;
        }
    }

    /// <summary>
    /// Called right before a guest is let run, to claim it (<see cref="IOwnershipHandover.ClaimAsync"/>); what it throws as <see cref="OwnershipException"/> refuses
    /// the resume. Nothing unless set.
    /// </summary>
    public Func<int, CancellationToken, Task>? BeforeResume { get; init; }

    /// <inheritdoc/>
    public bool ClaimsOwnership => BeforeResume is not null;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Commands { get; }
        = [MtunnelVocabulary.NbdStop, MtunnelVocabulary.Status, MtunnelVocabulary.Stop, MtunnelVocabulary.ResumeWhenCompleted];

    /// <inheritdoc/>
    public Task ResumeAsync(int vmid, CancellationToken cancellationToken)
        => WithMonitorAsync(vmid, keep: false, (monitor, token) => WithinAsync(vmid, waiting => ClaimAndResumeAsync(monitor.Client, vmid, waiting), token), cancellationToken);

    /// <summary>
    /// <c>nbdstop</c> ends QEMU's NBD server; <c>status</c> answers <c>status</c> and <c>running</c>; <c>stop</c> ends QEMU and answers when its
    /// monitor is gone; <c>resume-when-completed</c> waits until the guest has been loaded, at most for the resume's timeout, and then resumes it.
    /// </summary>
    public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
        => WithMonitorAsync(request.Vmid, keep: request.Command != MtunnelVocabulary.ResumeWhenCompleted, (monitor, token) => ExecuteAsync(monitor, request, token), cancellationToken);

    /// <summary>Ends the VM's QEMU, whose guest must not run.</summary>
    /// <exception cref="MtunnelRefusedException">It runs, or its QEMU does not answer.</exception>
    public Task CleanUpAsync(int vmid, CancellationToken cancellationToken) => EndUnlessAsync(
        vmid, status => status.Running ? $"VM {vmid} runs, and is not ended by a clean-up" : null, cancellationToken);

    /// <summary>Ends the VM's QEMU where it still waits for its guest, or for the first start: one that has loaded may be all there is of it.</summary>
    /// <exception cref="MtunnelRefusedException">It is in another state, or does not answer.</exception>
    public Task AbandonAsync(int vmid, CancellationToken cancellationToken) => EndUnlessAsync(
        vmid,
        status => status.Status == RunState.InMigrate || status.Status == RunState.Prelaunch ? null : $"VM {vmid} is {status.Status}, and kept",
        cancellationToken);

    /// <summary>Closes the connections that were made ahead.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var vmid in _ahead.Keys)
        {
            if (await TakeAheadAsync(vmid, CancellationToken.None).ConfigureAwait(false) is { } monitor)
            {
                await monitor.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<IncomingMonitor> ConnectWarmAsync(int vmid, CancellationToken cancellationToken)
    {
        var monitor = new IncomingMonitor(await _connect(vmid, cancellationToken).ConfigureAwait(false), _time);
        try
        {
            await monitor.Client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).ConfigureAwait(false);
            return monitor;
        }
        catch
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // One that was connected ahead is kept for the resume, which finds it warm and is the last to need it.
    private async Task<T> WithMonitorAsync<T>(int vmid, bool keep, Func<IncomingMonitor, CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        var ahead = await TakeAheadAsync(vmid, cancellationToken).ConfigureAwait(false);
        IncomingMonitor monitor;
        try
        {
            monitor = ahead ?? new IncomingMonitor(await _connect(vmid, cancellationToken).ConfigureAwait(false), _time);
        }
        catch (QmpConnectionException)
        {
            throw new MtunnelRefusedException($"VM {vmid} not running");
        }

        try
        {
            return await act(monitor, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!keep || ahead is null || monitor.Client.Ended.IsCompleted || !_ahead.TryAdd(vmid, Task.FromResult(monitor)))
            {
                await monitor.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> WithinAsync(int vmid, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_resumeTimeout, _time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await act(waiting.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MtunnelRefusedException($"VM {vmid} does not run {_resumeTimeout.TotalSeconds:0.#} s after it was told to");
        }
    }

    private Task<bool> EndUnlessAsync(int vmid, Func<StatusInfo, string?> objection, CancellationToken cancellationToken)
        => WithMonitorAsync(vmid, keep: true, async (monitor, token) =>
        {
            var status = await monitor.Client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: token).ConfigureAwait(false);
            if (objection(status) is { } why)
            {
                throw new MtunnelRefusedException(why);
            }

            await QuitAsync(monitor.Client, vmid, token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    // One that answers and does not end must not hold the client's other commands.
    private async Task QuitAsync(QmpClient monitor, int vmid, CancellationToken cancellationToken)
    {
        await monitor.ExecuteAsync(QmpCommands.Quit, cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            await monitor.Ended.WaitAsync(QuitTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new MtunnelRefusedException($"the QEMU of VM {vmid} has not ended {QuitTimeout.TotalSeconds:0.#} s after it was told to");
        }
    }

    private async Task<JsonElement> ExecuteAsync(IncomingMonitor monitor, MtunnelRequest request, CancellationToken cancellationToken)
    {
        switch (request.Command)
        {
            case MtunnelVocabulary.NbdStop:
                await monitor.Client.ExecuteAsync(QmpCommands.NbdServerStop, cancellationToken: cancellationToken).ConfigureAwait(false);
                return default;
            case MtunnelVocabulary.Status:
                var status = await monitor.Client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).ConfigureAwait(false);
                return JsonElement.Parse($$"""{"status": "{{JsonEncodedText.Encode(status.Status.Value)}}", "running": {{(status.Running ? "true" : "false")}}}""");
            case MtunnelVocabulary.Stop:
                await QuitAsync(monitor.Client, request.Vmid, cancellationToken).ConfigureAwait(false);
                return default;
            case MtunnelVocabulary.ResumeWhenCompleted:
                await WithinAsync(request.Vmid, waiting => ResumeWhenCompletedAsync(monitor, request.Vmid, waiting), cancellationToken).ConfigureAwait(false);
                return default;
            default:
                throw new MtunnelRefusedException($"'{request.Command}' is not handled here");
        }
    }

    private async Task ResumeWhenCompletedAsync(IncomingMonitor monitor, int vmid, CancellationToken cancellationToken)
    {
        await monitor.AwaitGuestAsync(cancellationToken).ConfigureAwait(false);
        await ClaimAndResumeAsync(monitor.Client, vmid, cancellationToken).ConfigureAwait(false);
    }

    private async Task ClaimAndResumeAsync(QmpClient monitor, int vmid, CancellationToken cancellationToken)
    {
        try
        {
            await (BeforeResume?.Invoke(vmid, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (OwnershipException e)
        {
            throw new MtunnelRefusedException(e.Message);
        }

        await ResumeAsync(monitor, cancellationToken).ConfigureAwait(false);
    }

    // Null where none was made, or it is of no use any more.
    private async Task<IncomingMonitor?> TakeAheadAsync(int vmid, CancellationToken cancellationToken)
    {
        if (!_ahead.TryGetValue(vmid, out var ahead))
        {
            return null;
        }

        await ((Task)ahead).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_ahead.TryRemove(KeyValuePair.Create(vmid, ahead)) || !ahead.IsCompletedSuccessfully)
        {
            return null;
        }

        var monitor = await ahead.ConfigureAwait(false);
        if (!monitor.Client.Ended.IsCompleted)
        {
            return monitor;
        }

        await monitor.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    // cont goes first, since a guest that waits to be resumed needs nothing else, and each exchange is time inside the pause. Its success
    // is not running: a guest that still loads only arms its start, a suspended one stays so. RESUME is what counts.
    private static async Task ResumeAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        using var resumed = monitor.Subscribe("RESUME", "WAKEUP");
        try
        {
            await monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (QmpCommandException)
        {
            if ((await StatusAsync().ConfigureAwait(false)).Status != RunState.Shutdown)
            {
                throw;
            }

            await monitor.ExecuteAsync(QmpCommands.SystemReset, cancellationToken: cancellationToken).ConfigureAwait(false);
            await monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        if (resumed.TryRead(out _))
        {
            return;
        }

        var status = await StatusAsync().ConfigureAwait(false);
        if (status.Running)
        {
            return;
        }

        if (status.Status == RunState.Suspended)
        {
            await monitor.ExecuteAsync(QmpCommands.SystemWakeup, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        await resumed.ReadAsync(cancellationToken).ConfigureAwait(false);

        Task<StatusInfo> StatusAsync() => monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
    }
}
