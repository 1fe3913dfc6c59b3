using System.Text.Json;
using Pve.Migration.Tunnel;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>The target side's handler that acts on the QEMUs of this host over QMP, as <c>qm mtunnel</c> does.</summary>
public sealed class QmpMtunnelHandler : IMtunnelHandler, IAsyncDisposable
{
    private static readonly TimeSpan QuitTimeout = TimeSpan.FromSeconds(30);

    // below the 30 s that a client waits for the answer, so that the monitor is free again when it asks over a second tunnel
    private static readonly TimeSpan LoadPatience = TimeSpan.FromSeconds(25);

    private readonly SharedMonitors _monitors;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _tunnels = [];
    private readonly TimeProvider _time;
    private readonly TimeSpan _resumeTimeout;

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
        (_time, _resumeTimeout) = (time ?? TimeProvider.System, resumeTimeout ?? TimeSpan.FromSeconds(60));
        _monitors = new SharedMonitors(connect, _time);
    }

    /// <summary>
    /// Connects to a VM's monitor ahead of its resume, and asks it once, so that inside the pause neither a connection nor code is cold. It is
    /// kept until the resume, the end of the VM's last tunnel, or <see cref="ReleaseAsync"/>; nobody but this handler is served by it until then.
    /// </summary>
    /// <exception cref="QmpException">It cannot be connected to.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired, or it was released meanwhile.</exception>
    public async Task ConnectAsync(int vmid, CancellationToken cancellationToken = default)
    {
        var place = await _monitors.EnterAsync(vmid, isAhead: true, cancellationToken).ConfigureAwait(false);
        _monitors.Keep(place);
        await _monitors.LeaveAsync(place, keep: true).ConfigureAwait(false);
    }

    /// <summary>Closes what <see cref="ConnectAsync"/> made, so that others are served; a command under way is finished before.</summary>
    public Task ReleaseAsync(int vmid) => _monitors.ReleaseAsync(vmid);

    /// <inheritdoc/>
    public void OnTunnelBegun(int vmid)
    {
        lock (_gate)
        {
            _tunnels[vmid] = _tunnels.GetValueOrDefault(vmid) + 1;
        }
    }

    /// <summary>A monitor that was connected to ahead is asked once more: between the copy's begin and its end code and connection may have become cold.</summary>
    public void OnTunnelWoken(int vmid) => _ = _monitors.TouchAsync(vmid);

    /// <summary>With a VM's last tunnel the connection to its monitor is closed.</summary>
    public Task OnTunnelEndedAsync(int vmid)
    {
        lock (_gate)
        {
            var left = _tunnels.GetValueOrDefault(vmid) - 1;
            if (left > 0)
            {
                _tunnels[vmid] = left;
                return Task.CompletedTask;
            }

            _tunnels.Remove(vmid);
            return _monitors.ReleaseAsync(vmid);
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
    /// monitor is gone; <c>resume-when-completed</c> waits until the guest has been loaded, at most for 25 seconds or the resume's timeout, and then
    /// resumes it.
    /// </summary>
    public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
        => WithMonitorAsync(request.Vmid, keep: request.Command != MtunnelVocabulary.ResumeWhenCompleted, (monitor, token) => ExecuteAsync(monitor, request, token), cancellationToken);

    /// <summary>Ends the VM's QEMU, whose guest must not run.</summary>
    /// <exception cref="MtunnelRefusedException">It runs, or its QEMU does not answer.</exception>
    public Task CleanUpAsync(int vmid, CancellationToken cancellationToken) => WithMonitorAsync(vmid, keep: true, async (monitor, token) =>
    {
        var status = await monitor.Client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: token).ConfigureAwait(false);
        return status.Running
            ? throw new MtunnelRefusedException($"VM {vmid} runs, and is not ended by a clean-up")
            : await QuitAsync(monitor.Client, vmid, token).ConfigureAwait(false);
    }, cancellationToken);

    /// <summary>
    /// Ends the VM's QEMU where it still waits for its guest, or for the first start: one that has loaded may be all there is of it. It is disarmed before, so that
    /// none begins to run meanwhile.
    /// </summary>
    /// <exception cref="MtunnelRefusedException">It is in another state, or does not answer.</exception>
    public Task AbandonAsync(int vmid, CancellationToken cancellationToken) => WithMonitorAsync(vmid, keep: true, async (monitor, token) =>
    {
        using var resumed = monitor.Client.Subscribe("RESUME");
        if (await ReadWaitingAsync(monitor.Client, vmid, token).ConfigureAwait(false) == RunState.InMigrate)
        {
            await monitor.Client.ExecuteAsync(QmpCommands.Stop, cancellationToken: token).ConfigureAwait(false);
            try
            {
                await ReadWaitingAsync(monitor.Client, vmid, token).ConfigureAwait(false);
            }
            catch (MtunnelRefusedException) when (resumed.TryRead(out _))
            {
                await monitor.Client.ExecuteAsync(QmpCommands.Continue, cancellationToken: token).ConfigureAwait(false); // it had begun to
                throw;
            }
        }

        return await QuitAsync(monitor.Client, vmid, token).ConfigureAwait(false);
    }, cancellationToken);

    /// <summary>Closes the connections that were made ahead.</summary>
    public ValueTask DisposeAsync() => _monitors.DisposeAsync();

    // One that was connected ahead is kept for the resume, which finds it warm and is the last to need it.
    private async Task<T> WithMonitorAsync<T>(int vmid, bool keep, Func<IncomingMonitor, CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        SharedMonitors.Place place;
        try
        {
            place = await _monitors.EnterAsync(vmid, isAhead: false, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpConnectionException)
        {
            throw new MtunnelRefusedException($"VM {vmid} not running");
        }

        try
        {
            return await act(place.Monitor, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await _monitors.LeaveAsync(place, keep).ConfigureAwait(false);
        }
    }

    private Task<bool> WithinAsync(int vmid, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
        => WithinAsync(_resumeTimeout, $"VM {vmid} does not run", act, cancellationToken);

    private async Task<bool> WithinAsync(TimeSpan patience, string failure, Func<CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await act(waiting.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MtunnelRefusedException($"{failure} {patience.TotalSeconds:0.#} s after it was told to");
        }
    }

    private static async Task<RunState> ReadWaitingAsync(QmpClient monitor, int vmid, CancellationToken cancellationToken)
    {
        var state = (await monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).ConfigureAwait(false)).Status;
        return state == RunState.InMigrate || state == RunState.Prelaunch ? state : throw new MtunnelRefusedException($"VM {vmid} is {state}, and kept");
    }

    // One that answers and does not end must not hold the client's other commands.
    private async Task<bool> QuitAsync(QmpClient monitor, int vmid, CancellationToken cancellationToken)
    {
        await monitor.ExecuteAsync(QmpCommands.Quit, cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            await monitor.Ended.WaitAsync(QuitTimeout, _time, cancellationToken).ConfigureAwait(false);
            return true;
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
        var patience = _resumeTimeout < LoadPatience ? _resumeTimeout : LoadPatience;
        await WithinAsync(patience, $"VM {vmid} has not been loaded", monitor.AwaitGuestAsync, cancellationToken).ConfigureAwait(false);
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
