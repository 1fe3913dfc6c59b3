using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Migration;
using Pve.Qmp;

namespace Mtunnel.Hosting;

/// <summary>The target side of this host: what <see cref="QmpMtunnelHandler"/> asks of QEMUs, and what it takes to have one.</summary>
internal sealed class TargetHost : IMtunnelHandler, IAsyncDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly TargetHostOptions _options;
    private readonly ILogger _logger;
    private readonly QmpMtunnelHandler _monitors;
    private readonly MonitorRequest _request;
    private readonly GuestStart _start;
    private readonly DiskStore _disks;
    private readonly MtunnelTickets _tickets;
    private readonly ConcurrentDictionary<int, RunningGuest> _guests = new();

    public TargetHost(TargetHostOptions options)
    {
        _options = options;
        _logger = options.LoggerFactory.CreateLogger("mtunnel");
        _monitors = new QmpMtunnelHandler(ConnectAsync, options.TimeProvider) { BeforeResume = options.Claims is { } claims ? claims.ClaimAsync : null };
        _request = new MonitorRequest(options.Folders);
        _start = new GuestStart(options, _logger);
        _disks = new DiskStore(options.Folders.Disks, options.QemuImg, options.TimeProvider);
        _tickets = new MtunnelTickets(options.TimeProvider);
        Commands =
        [
            .. _monitors.Commands, "bwlimit",
            .. Where(HasRun, "config", "fstrim", "set-replication-state", "unlock"),
            .. Where(_start.IsPossible, "start", "ticket"),
            .. Where(options.Folders is { Run: not null, Disks: not null }, "disk"),
        ];
    }

    public IReadOnlyCollection<string> Commands { get; }

    /// <summary>Whether whoever lets a guest run here, by whichever way, claims it first.</summary>
    public bool ClaimsOwnership => _monitors.ClaimsOwnership;

    /// <summary>What <c>ticket</c> gives out; null where no guest is started, and so no socket handed out.</summary>
    public MtunnelTickets? Tickets => _start.IsPossible ? _tickets : null;

    private bool HasRun => _options.Folders.Run is not null;

    /// <summary>Connects to the VM's monitor ahead of its resume. Where its QEMU will be started here, that does so.</summary>
    public void OnTunnelBegun(int vmid)
    {
        _monitors.OnTunnelBegun(vmid);
        if (!_start.IsPossible || IsThere(vmid))
        {
            _ = ConnectAheadAsync(vmid, CancellationToken.None);
        }
    }

    /// <summary>Asks it once more, before the resume.</summary>
    public void OnTunnelWoken(int vmid) => _monitors.OnTunnelWoken(vmid);

    /// <summary>Lets go of the VM's monitor with its last tunnel.</summary>
    public Task OnTunnelEndedAsync(int vmid) => _monitors.OnTunnelEndedAsync(vmid);

    /// <summary>Lets others at the VM's monitor who ask for it, once no command is under way, until disposed; the resume connects anew.</summary>
    public IDisposable? YieldMonitor(int vmid) => _request.Heed(vmid, () => _monitors.ReleaseAsync(vmid), _logger);

    public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => AskToRunAsync(vmid, async () =>
    {
        await _monitors.ResumeAsync(vmid, cancellationToken);
        return default;
    });

    public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken) => request.Command switch
    {
        "start" => StartAsync(request, cancellationToken),
        "stop" => StopAsync(request, cancellationToken),
        "nbdstop" => StopNbdAsync(request, cancellationToken),
        "resume-when-completed" => AskToRunAsync(request.Vmid, () => _monitors.ExecuteAsync(request, cancellationToken)),
        "disk" => AllocateAsync(request, cancellationToken),
        "config" => Write(request, GuestState.Configure),
        "set-replication-state" => Write(request, GuestState.SetReplication),
        "unlock" => Write(request, static (paths, _) => GuestState.Unlock(paths)),
        "fstrim" => TrimAsync(request, cancellationToken),
        "bwlimit" => Task.FromResult(Answer.Limited(Bandwidth.Limit(_options.BandwidthMiB, request.Parameters))),
        "ticket" => Task.FromResult(Answer.Ticket(_tickets.Issue(Wire.Text(request.Parameters, "path")))),
        _ => _monitors.ExecuteAsync(request, cancellationToken),
    };

    /// <summary>Ends the VM's QEMU, whose guest must not run, and removes what was made for it.</summary>
    public Task CleanUpAsync(int vmid, CancellationToken cancellationToken)
        => RemoveAsync(vmid, () => _monitors.CleanUpAsync(vmid, cancellationToken), isAbandoned: false, cancellationToken);

    /// <summary>The same for a guest that surely never ran here.</summary>
    public Task AbandonAsync(int vmid, CancellationToken cancellationToken)
        => RemoveAsync(vmid, () => _monitors.AbandonAsync(vmid, cancellationToken), isAbandoned: true, cancellationToken);

    /// <summary>Lets go of all monitors and processes; they run on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _monitors.DisposeAsync();
        foreach (var guest in _guests.Values)
        {
            await guest.DisposeAsync();
        }
    }

    private static string[] Where(bool possible, params string[] commands) => possible ? commands : [];

    private bool IsThere(int vmid)
        => (_guests.TryGetValue(vmid, out var guest) && !guest.HasExited) || SocketFile.IsListenedAt(_options.Folders.Monitor(vmid));

    private async Task<JsonElement> StartAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        var paths = _options.Folders.Of(request.Vmid);
        await using var held = HostLock.Take(paths);
        if (_guests.TryGetValue(request.Vmid, out var former))
        {
            if (!former.HasExited)
            {
                throw new MtunnelRefusedException($"VM {request.Vmid} was started already, as pid {former.Pid}; stop it first");
            }

            await EndAsync(request.Vmid, cancellationToken);
        }

        var (guest, sockets, answer) = await StartAsync(paths, request.Parameters, cancellationToken);
        _guests[request.Vmid] = guest;
        foreach (var socket in sockets)
        {
            _tickets.Allow(socket);
        }

        await ConnectAheadAsync(request.Vmid, cancellationToken);
        return answer;
    }

    private async Task<(RunningGuest Guest, IReadOnlyList<string> Sockets, JsonElement Answer)> StartAsync(
        GuestPaths paths, JsonElement parameters, CancellationToken cancellationToken)
    {
        var record = new ArrivalRecord(paths);
        record.Start();
        try
        {
            return await _start.RunAsync(paths, parameters, cancellationToken);
        }
        catch
        {
            record.TakeStartBack();
            throw;
        }
    }

    private async Task<JsonElement> StopAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        if (!_guests.ContainsKey(request.Vmid))
        {
            await _monitors.ExecuteAsync(request, cancellationToken);
        }

        await EndAsync(request.Vmid, cancellationToken);
        _logger.LogInformation("VM {Vmid} was ended", request.Vmid);
        return default;
    }

    private async Task<JsonElement> StopNbdAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        var answer = await _monitors.ExecuteAsync(request, cancellationToken);
        if (HasRun)
        {
            _tickets.Forbid(_options.Folders.Of(request.Vmid).Nbd); // QEMU removes the socket itself
        }

        return answer;
    }

    private async Task<JsonElement> AllocateAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        var wanted = DiskRequest.Judge(request.Parameters);
        var paths = _options.Folders.Of(request.Vmid);
        await using var held = HostLock.Take(paths);
        var volume = await _disks.AllocateAsync(paths, wanted, cancellationToken);
        _logger.LogInformation("VM {Vmid}: {Volume} was made for {Drive}", request.Vmid, volume.Id, volume.Drive);
        return Answer.Allocated(volume);
    }

    private Task<JsonElement> Write(MtunnelRequest request, Action<GuestPaths, JsonElement> write)
    {
        var paths = _options.Folders.Of(request.Vmid);
        using var held = HostLock.Take(paths);
        write(paths, request.Parameters);
        return Task.FromResult<JsonElement>(default);
    }

    // It never fails, as with Proxmox VE: the guest has moved by then, and the client would take a refusal for the migration's.
    private async Task<JsonElement> TrimAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await GuestAgent.TrimAsync(_options.Folders.Of(request.Vmid).Agent, _options.TimeProvider, cancellationToken);
        }
        catch (MtunnelRefusedException e)
        {
            _logger.LogWarning("VM {Vmid} was not trimmed: {Why}", request.Vmid, e.ErrorText);
        }

        return default;
    }

    // From the moment it is asked to run its disks may be written to, and once it runs they are its own: nobody's clean-up removes them.
    private async Task<JsonElement> AskToRunAsync(int vmid, Func<Task<JsonElement>> ask)
    {
        var record = HasRun ? new ArrivalRecord(_options.Folders.Of(vmid)) : null;
        record?.Ask();
        var answer = await ask();
        record?.Run();
        return answer;
    }

    private async Task RemoveAsync(int vmid, Func<Task> endMonitored, bool isAbandoned, CancellationToken cancellationToken)
    {
        if (!HasRun)
        {
            await endMonitored();
            return;
        }

        var paths = _options.Folders.Of(vmid);
        await using var held = HostLock.Take(paths);
        var record = new ArrivalRecord(paths);
        if (isAbandoned && record.IsAsked)
        {
            throw new MtunnelRefusedException($"VM {vmid} was asked to run, and is kept");
        }

        if (IsThere(vmid))
        {
            await endMonitored(); // refuses where the guest may be needed
            await EndAsync(vmid, cancellationToken);
        }
        else if (isAbandoned && record.IsStarted)
        {
            throw new MtunnelRefusedException($"VM {vmid}'s QEMU is gone, and may have run: its disks are kept");
        }

        _disks.RemoveAll(paths);
        GuestState.Forget(paths);
        paths.RemoveDeadSockets();
        _logger.LogInformation("VM {Vmid} was cleaned up", vmid);
    }

    // One that was started here is gone when its process has been reaped, which its monitor's end does not prove.
    private async Task EndAsync(int vmid, CancellationToken cancellationToken)
    {
        if (_guests.TryRemove(vmid, out var guest))
        {
            await guest.EndAsync();
            await guest.DisposeAsync();
        }

        if (HasRun)
        {
            var paths = _options.Folders.Of(vmid);
            _tickets.Forbid(paths.Migration);
            _tickets.Forbid(paths.Nbd);
            await SocketFile.WaitUntilDeadAsync(paths.Sockets, EndPatience, _options.TimeProvider, cancellationToken);
            paths.RemoveDeadSockets();
            if (SocketFile.IsListenedAt(paths.Monitor))
            {
                throw new MtunnelRefusedException($"a QEMU of VM {vmid} is still there {EndPatience.TotalSeconds:0} s after its end, or was started anew");
            }
        }
    }

    // The VM's other tunnels let go of it: who needs it now is the one that is spoken to.
    private Task<QmpClient> ConnectAsync(int vmid, CancellationToken cancellationToken)
    {
        _request.Make(vmid);
        return QmpClient.ConnectAsync(
            QmpEndpoint.Unix(_options.Folders.Monitor(vmid)), new QmpClientOptions { TimeProvider = _options.TimeProvider }, cancellationToken);
    }

    // So that its resume finds the monitor warm; it does without where that fails.
    private async Task ConnectAheadAsync(int vmid, CancellationToken cancellationToken)
    {
        try
        {
            await _monitors.ConnectAsync(vmid, cancellationToken);
        }
        catch (QmpException e)
        {
            _logger.LogWarning("VM {Vmid}'s monitor is not connected to ahead: {Message}", vmid, e.Message);
            _options.OnNotConnected(e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // the tunnel has ended first, or another process wanted it
        }
    }
}
