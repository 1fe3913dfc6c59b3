using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Migration;
using Pve.Qmp;

namespace Mtunnel.Hosting;

/// <summary>The target side of this host: what <see cref="QmpMtunnelHandler"/> asks of QEMUs, and what it takes to have one.</summary>
internal sealed class TargetHost : IMtunnelHandler, IAsyncDisposable
{
    private readonly TargetHostOptions _options;
    private readonly ILogger _logger;
    private readonly QmpMtunnelHandler _monitors;
    private readonly GuestStart _start;
    private readonly ConcurrentDictionary<int, RunningGuest> _guests = new();

    public TargetHost(TargetHostOptions options)
    {
        _options = options;
        _logger = options.LoggerFactory.CreateLogger("mtunnel");
        _monitors = new QmpMtunnelHandler(vmid => QmpEndpoint.Unix(options.Folders.Monitor(vmid)), new QmpClientOptions { TimeProvider = options.TimeProvider });
        _start = new GuestStart(options, _logger);
        Commands = [.. _monitors.Commands, .. _start.IsPossible ? ["start"] : Array.Empty<string>()];
    }

    public IReadOnlyCollection<string> Commands { get; }

    /// <summary>Connects to a VM's monitor ahead of its resume.</summary>
    public Task ConnectAsync(int vmid, CancellationToken cancellationToken) => _monitors.ConnectAsync(vmid, cancellationToken);

    public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => _monitors.ResumeAsync(vmid, cancellationToken);

    public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken) => request.Command switch
    {
        "start" => StartAsync(request, cancellationToken),
        "stop" when _guests.ContainsKey(request.Vmid) => StopAsync(request.Vmid),
        _ => _monitors.ExecuteAsync(request, cancellationToken),
    };

    public async Task CleanUpAsync(int vmid, CancellationToken cancellationToken)
    {
        await _monitors.CleanUpAsync(vmid, cancellationToken);
        await EndAsync(vmid);
    }

    public async Task AbandonAsync(int vmid, CancellationToken cancellationToken)
    {
        await _monitors.AbandonAsync(vmid, cancellationToken);
        await EndAsync(vmid);
    }

    /// <summary>Lets go of all monitors and processes; they run on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _monitors.DisposeAsync();
        foreach (var guest in _guests.Values)
        {
            await guest.DisposeAsync();
        }
    }

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

            await EndAsync(request.Vmid);
        }

        var (guest, answer) = await _start.RunAsync(paths, request.Parameters, cancellationToken);
        _guests[request.Vmid] = guest;
        await ConnectAheadAsync(request.Vmid, cancellationToken);
        return answer;
    }

    private async Task<JsonElement> StopAsync(int vmid)
    {
        await EndAsync(vmid);
        return default;
    }

    // One that was started here is gone when its process has been reaped, which its monitor's end does not prove.
    private async Task EndAsync(int vmid)
    {
        if (_guests.TryRemove(vmid, out var guest))
        {
            await guest.EndAsync();
            await guest.DisposeAsync();
        }
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
        }
    }
}
