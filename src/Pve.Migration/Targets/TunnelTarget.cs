using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Tunnel;
using Pve.Qmp;

namespace Pve.Migration;

/// <summary>
/// A target that is told over a migration tunnel what the tunnel's dialect can, and the rest another way. The version is negotiated
/// beside the copy of the RAM; only without another way it is awaited before. It serves one migration.
/// </summary>
public sealed class TunnelTarget : IMigrationTarget
{
    private static readonly TimeSpan LeftoverPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FormerSshPatience = TimeSpan.FromSeconds(2);

    private readonly IncomingQemu _qemu;
    private readonly IMtunnelTransport _transport;
    private IMtunnelTransport _carrier;
    private readonly IMigrationTarget? _fallback;
    private readonly MtunnelClientOptions _options;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MtunnelClient? _tunnel;
    private MtunnelDialect? _dialect;
    private bool _isDestroyed;
    private bool _hasAnnounced;

    /// <summary>Creates the target.</summary>
    /// <param name="qemu">The QEMU that waits there.</param>
    /// <param name="transport">What carries the tunnel.</param>
    /// <param name="fallback">What the tunnel cannot do goes this way, and everything where the peer is v0; it stays the caller's.</param>
    /// <param name="options">The tunnel's deadlines.</param>
    public TunnelTarget(IncomingQemu qemu, IMtunnelTransport transport, IMigrationTarget? fallback = null, MtunnelClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(qemu);
        ArgumentNullException.ThrowIfNull(transport);
        (_qemu, _transport, _carrier, _fallback, _options) = (qemu, transport, transport, fallback, options ?? new MtunnelClientOptions());
    }

    /// <inheritdoc/>
    public string Name => _transport.Name;

    /// <summary>
    /// Whether the peer claims the guest before it lets it run. It is asked for by setting it, and true only once the peer has announced that it does; then no
    /// peer that does not is told to resume.
    /// </summary>
    /// <exception cref="ArgumentException">It is set beside a fallback that claims nothing.</exception>
    public bool ClaimsOwnership
    {
        get => field && (_hasAnnounced || IsAnnounced);
        init
        {
            if (value && _fallback is { ClaimsOwnership: false })
            {
                throw new ArgumentException($"The fallback {_fallback.Name} lets the guest run without a claim, which could not be revoked then.", nameof(value));
            }

            field = value;
        }
    }

    /// <inheritdoc/>
    public string? Dialect => (_dialect ?? _tunnel?.DialectSoFar) switch
    {
        null => null,
        MtunnelDialect.V0 => "v0",
        MtunnelDialect.V1 => "v1",
        _ => "v2",
    };

    /// <summary>
    /// The replication state that a peer with the command <c>set-replication-state</c> is handed inside the pause, an object; none is an empty
    /// one, as <c>pvesr set-state VMID {}</c> has it.
    /// </summary>
    public Func<int, JsonElement>? ReplicationState { get; init; }

    /// <inheritdoc/>
    public string? ConnectUri => _qemu.ConnectUri;

    /// <inheritdoc/>
    public Task<string> Lost => _lost.Task;

    /// <inheritdoc/>
    public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken)
    {
        _qemu.ThrowIfInTheWay();
        return OpenTunnelAsync(cancellationToken);
    }

    /// <summary>Opens a tunnel that forwards nothing over ssh, since that of the killed process may still listen at the forwards' paths.</summary>
    /// <returns>As <see cref="IMigrationTarget.TakeUpAsync"/>.</returns>
    public async Task<QmpClient?> TakeUpAsync(int vmId, CancellationToken cancellationToken)
    {
        _carrier = (_transport as SshTransport)?.WithoutForwards() ?? _transport;
        var monitor = await OpenTunnelAsync(cancellationToken).ConfigureAwait(false);
        if (_fallback is null)
        {
            // A resume takes the version as it stands, and this one may be due at once.
            await ((Task)Tunnel.Negotiated).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return monitor;
    }

    private async Task<QmpClient?> OpenTunnelAsync(CancellationToken cancellationToken)
    {
        try
        {
            _tunnel = await MtunnelClient.OpenAsync(_carrier, _options, cancellationToken).ConfigureAwait(false);
        }
        catch (MtunnelException e)
        {
            throw new MigrationTargetException(e.Message, innerException: e);
        }

        _ = ReportLossAsync(_tunnel);
        return _qemu.Monitor;
    }

    /// <summary>Opens a tunnel of its own, negotiates, and closes it; tries the other way besides.</summary>
    public async Task<QmpClient?> ProbeAsync(int vmId, CancellationToken cancellationToken)
    {
        var probe = new TunnelTarget(_qemu, _transport, _fallback, _options);
        await using (probe.ConfigureAwait(false))
        {
            await probe.OpenAsync(cancellationToken).ConfigureAwait(false);
            await probe.MakeReadyAsync(vmId, cancellationToken).ConfigureAwait(false);
            await probe.CloseAsync(cancellationToken).ConfigureAwait(false);
        }

        return _qemu.Monitor;
    }

    /// <inheritdoc/>
    public Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken)
        => _fallback?.ReadClockAsync(cancellationToken) ?? Task.FromResult<DateTimeOffset?>(null);

    /// <inheritdoc/>
    public Task<long?> ReadFreeBytesAsync(string path, CancellationToken cancellationToken) => Task.FromResult(_qemu.FreeBytes(path));

    /// <inheritdoc/>
    public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => _qemu.ListenAsync(cancellationToken);

    /// <summary>What carried the tunnel may have carried the RAM as well: where it is gone, another one is opened before.</summary>
    public async Task<string> ListenAgainAsync(int vmId, CancellationToken cancellationToken)
    {
        if (_tunnel is not { IsFaulted: false })
        {
            try
            {
                await ReplaceAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (MtunnelException e)
            {
                throw new MigrationTargetException(e.Message, innerException: e);
            }
        }

        return await _qemu.ListenAgainAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DiskExport>> ExportDisksAsync(int vmId, IReadOnlyList<MigrationDisk> disks, ExportTls? tls, CancellationToken cancellationToken)
        => _qemu.ExportDisksAsync(disks, tls, cancellationToken);

    /// <summary>By the QEMU's own monitor where that is in reach; else over the tunnel where the peer can, and last the other way.</summary>
    public async Task StopExportsAsync(int vmId, CancellationToken cancellationToken)
    {
        if (_qemu.Monitor is not null)
        {
            await _qemu.StopExportsAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (!await TryTellAsync(MtunnelVocabulary.NbdStop, default, cancellationToken).ConfigureAwait(false))
        {
            await (_fallback?.StopExportsAsync(vmId, cancellationToken)
                ?? throw new MigrationTargetException(
                    $"The tunnel {Name} cannot stop the NBD server.", "Give a fallback such as one ssh per command.")).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task MakeReadyAsync(int vmId, CancellationToken cancellationToken)
    {
        if (_fallback is not null)
        {
            await _fallback.MakeReadyAsync(vmId, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            _dialect = await Tunnel.Negotiated.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MtunnelException e)
        {
            throw new MigrationTargetException(e.Message, innerException: e);
        }

        if (_dialect == MtunnelDialect.V0)
        {
            throw new MigrationTargetException(
                $"The tunnel {Name} speaks v0, which can resume nothing.", "Upgrade the target, or give a fallback such as one ssh per command.");
        }
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _tunnel?.WakeAsync() ?? Task.CompletedTask;

    /// <inheritdoc/>
    public async Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken)
    {
        if (await TryTellAsync(MtunnelVocabulary.SetReplicationState, StateOf(vmId), cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await (_fallback?.SetReplicationStateAsync(vmId, cancellationToken)
            ?? throw new MigrationTargetException(
                $"The tunnel {Name} cannot take the replication state.", "Give a fallback such as one ssh per command.")).ConfigureAwait(false);
    }

    /// <summary>
    /// Over the tunnel where its dialect can: by <c>resume-when-completed</c> where the peer has it, so that what its QEMU has not loaded yet is
    /// waited for over there; else by <c>resume</c>. The other way only where nothing was sent.
    /// </summary>
    /// <returns>As <see cref="IMigrationTarget.ResumeAsync"/>.</returns>
    public async Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
    {
        try
        {
            _dialect ??= Tunnel.SettleDialect();
            if (ClaimsOwnership && !IsAnnounced)
            {
                return new ResumeResult(ResumeAnswer.Unknown, $"The tunnel {Name} now ends at a peer that claims nothing, and was not told to resume.");
            }

            await (Tunnel.Can(MtunnelVocabulary.ResumeWhenCompleted)
                ? Tunnel.ExecuteAsync(MtunnelVocabulary.ResumeWhenCompleted, cancellationToken: cancellationToken)
                : (Task)Tunnel.ResumeAsync(vmId, cancellationToken)).ConfigureAwait(false);
            return new ResumeResult(ResumeAnswer.Accepted);
        }
        catch (MtunnelRefusedException e)
        {
            return new ResumeResult(ResumeAnswer.Refused, e.ErrorText);
        }
        catch (MtunnelNoReplyException e)
        {
            return new ResumeResult(ResumeAnswer.Unknown, e.Message);
        }
        catch (MtunnelException e)
        {
            // Nothing was sent: the dialect cannot, or the tunnel is gone.
            return _fallback is null
                ? new ResumeResult(ResumeAnswer.Refused, e.Message)
                : await _fallback.ResumeAsync(vmId, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Over the tunnel where it is sound, else over a second one that takes its place, so that no late answer is taken for another's; where the
    /// peer has no <c>status</c>, or no second tunnel opens, the other way.
    /// </summary>
    /// <returns>Null where nobody can say, or the guest has run and stands still.</returns>
    /// <exception cref="MigrationTargetException">The tunnel cannot ask, and there is no other way.</exception>
    public async Task<bool?> IsRunningAsync(int vmId, CancellationToken cancellationToken)
    {
        try
        {
            if (_tunnel is not { IsFaulted: false })
            {
                await ReplaceAsync(cancellationToken).ConfigureAwait(false);
            }

            await Tunnel.Negotiated.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (Tunnel.Can(MtunnelVocabulary.Status))
            {
                return StatusAnswer.Runs(await Tunnel.ExecuteAsync(MtunnelVocabulary.Status, cancellationToken: cancellationToken).ConfigureAwait(false));
            }
        }
        catch (MtunnelException e)
        {
            if (_fallback is null)
            {
                throw new MigrationTargetException(e.Message, innerException: e);
            }
        }

        return _fallback is null ? null : await _fallback.IsRunningAsync(vmId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Over the tunnel where the peer can, else the other way; without one a target that has no <c>unlock</c> is taken to keep no lock.</summary>
    /// <exception cref="MigrationTargetException">It refused, did not answer, or could not be told that it has to.</exception>
    public async Task UnlockAsync(int vmId, CancellationToken cancellationToken)
    {
        if (await TryTellAsync(MtunnelVocabulary.Unlock, default, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        if (_fallback is not null)
        {
            await _fallback.UnlockAsync(vmId, cancellationToken).ConfigureAwait(false);
        }
        else if (_tunnel is { IsFaulted: true, FaultReason: { } reason } && _tunnel.Can(MtunnelVocabulary.Unlock))
        {
            throw new MigrationTargetException($"The tunnel {Name} was lost before the lock was released there: {reason}", "Unlock the guest on the target, such as by: mtunnel unlock VMID.");
        }
    }

    /// <summary>
    /// Closes the tunnel; and where the target's QEMU was destroyed, removes what it left at the far ends of the transport's forwards. Where it was taken up, it
    /// removes as well what the ssh before it left at their near ends.
    /// </summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CloseTunnelAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (_isDestroyed)
            {
                await RemoveLeftoversAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_carrier != _transport && _transport is SshTransport ssh)
            {
                await ssh.RemoveLocalLeftoversAsync(FormerSshPatience, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task DestroyAsync(int vmId, CancellationToken cancellationToken)
    {
        await _qemu.DestroyAsync(cancellationToken).ConfigureAwait(false);
        _isDestroyed = true; // its leftovers are in nobody's way until the guest has been given back
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _tunnel?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task CloseTunnelAsync(CancellationToken cancellationToken)
    {
        if (_tunnel is null)
        {
            return;
        }

        try
        {
            // nobody waits for a silent peer; one that announced JSON answers soon
            _dialect ??= _tunnel.IsAwaitingApi ? null : Settle(_tunnel);
            await _tunnel.QuitAsync(cancellationToken).ConfigureAwait(false);
            _dialect ??= _tunnel.DialectSoFar;
        }
        finally
        {
            await _tunnel.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _transport.RemoveLeftoversAsync(LeftoverPatience, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MtunnelException or TimeoutException or OperationCanceledException)
        {
            _options.LoggerFactory.CreateLogger(typeof(TunnelTarget).FullName!).NodeLeftoversStay(Name, e.Message);
        }
    }

    // False where the peer has no such command, or the tunnel is gone and nothing was sent. A refusal is the target's word and counts; so does
    // silence, after which nobody knows whether another way would say it twice.
    private async Task<bool> TryTellAsync(string command, JsonElement parameters, CancellationToken cancellationToken)
    {
        if (_tunnel is not { IsFaulted: false } tunnel || !tunnel.Can(command))
        {
            return false;
        }

        try
        {
            await tunnel.ExecuteAsync(command, parameters, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MtunnelRefusedException e) when (e.ErrorText == $"unknown command '{command}' given")
        {
            return false; // v2 in general has it, this peer has not
        }
        catch (Exception e) when (e is MtunnelRefusedException or MtunnelNoReplyException)
        {
            throw new MigrationTargetException(e.Message, innerException: e);
        }
        catch (MtunnelException)
        {
            return false;
        }
    }

    private JsonElement StateOf(int vmId) => WireValue.Object(json =>
    {
        json.WritePropertyName("state");
        (ReplicationState?.Invoke(vmId) ?? JsonElement.Parse("{}")).WriteTo(json);
    });

    // Silence until the end is how v0 sounds; of a tunnel that broke before it told, nobody knows.
    private static MtunnelDialect? Settle(MtunnelClient tunnel)
    {
        try
        {
            return tunnel.SettleDialect();
        }
        catch (MtunnelException)
        {
            return null;
        }
    }

    // Where no second one opens, the first stays the faulted one that it is, so that a resume still goes the other way.
    private async Task ReplaceAsync(CancellationToken cancellationToken)
    {
        if (_tunnel is not null)
        {
            _hasAnnounced |= IsAnnounced;
            await _tunnel.DisposeAsync().ConfigureAwait(false);
        }

        _tunnel = await MtunnelClient.OpenAsync(_carrier, _options, cancellationToken).ConfigureAwait(false);
    }

    private bool IsAnnounced => _tunnel?.Capabilities.Contains(MtunnelVocabulary.Claims) == true;

    private MtunnelClient Tunnel => _tunnel ?? throw new InvalidOperationException("The target has not been opened.");

    // With another way a lost tunnel is no loss.
    private async Task ReportLossAsync(MtunnelClient tunnel)
    {
        var reason = await tunnel.Faulted.ConfigureAwait(false);
        if (_fallback is null)
        {
            _lost.TrySetResult(reason);
        }
    }
}
