using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>
/// A QEMU that was started to receive the guest: with <c>-S -incoming defer</c> and its monitor in our hands, or by somebody who keeps
/// that monitor (<see cref="OutOfReach"/>).
/// </summary>
public sealed class IncomingQemu
{
    private readonly string _listenUri;
    private readonly string? _connectUri;
    private readonly Func<CancellationToken, Task>? _kill;

    /// <summary>Describes it.</summary>
    /// <param name="monitor">Its monitor; it stays the caller's.</param>
    /// <param name="listenUri">Where it shall listen, such as <c>unix:/run/qemu-server/100.migrate</c>; <c>tcp:HOST:0</c> lets it choose the port.</param>
    /// <param name="connectUri">Where the source reaches that, if a forward leads there; otherwise as it listens.</param>
    /// <param name="kill">
    /// Ends the process and returns when it is proven gone. Without it QEMU is asked to quit, and the end of
    /// <paramref name="monitor"/> is taken as the proof: enough only for a direct connection on one host.
    /// </param>
    public IncomingQemu(QmpClient monitor, string listenUri, string? connectUri = null, Func<CancellationToken, Task>? kill = null)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        ArgumentException.ThrowIfNullOrEmpty(listenUri);
        (Monitor, _listenUri, _connectUri, _kill) = (monitor, listenUri, connectUri, kill);
    }

    private IncomingQemu(string connectUri, Func<CancellationToken, Task> kill)
        => (_listenUri, _connectUri, _kill) = (connectUri, connectUri, kill);

    /// <summary>Its monitor; null where that is out of reach.</summary>
    public QmpClient? Monitor { get; }

    /// <summary>Describes one that listens already, and whose monitor is another's: a Proxmox VE node's, say.</summary>
    /// <param name="connectUri">Where the source reaches it, such as <c>unix:/run/qemu-server/100.migrate</c>.</param>
    /// <param name="kill">Ends the process and returns when it is proven gone.</param>
    public static IncomingQemu OutOfReach(string connectUri, Func<CancellationToken, Task> kill)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectUri);
        ArgumentNullException.ThrowIfNull(kill);
        return new IncomingQemu(connectUri, kill);
    }

    private string Name => Monitor?.Name ?? _listenUri;

    /// <summary>Makes it listen.</summary>
    /// <returns>Where the source connects to.</returns>
    /// <exception cref="MigrationTargetException">It refused.</exception>
    public async Task<string> ListenAsync(CancellationToken cancellationToken = default)
    {
        if (Monitor is null)
        {
            return _listenUri; // whoever started it has seen to that
        }

        try
        {
            await Monitor.ExecuteAsync(QmpCommands.MigrateIncoming, new MigrateIncoming(_listenUri), cancellationToken: cancellationToken).ConfigureAwait(false);
            return _connectUri ?? await ChosenUriAsync(Monitor, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpException e)
        {
            throw new MigrationTargetException(
                $"The target QEMU does not listen on {_listenUri}: {e.Message}", "Start it with -incoming defer, and see that the address is free.", e);
        }
    }

    /// <summary>Ends it, and returns when it is proven gone.</summary>
    /// <exception cref="MigrationTargetException">It could not be proven.</exception>
    public async Task DestroyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (_kill is not null)
            {
                await _kill(cancellationToken).ConfigureAwait(false);
                return;
            }

            await QuitAsync(Monitor!, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not MigrationTargetException)
        {
            throw new MigrationTargetException($"The target QEMU at {Name} could not be proven dead: {e.Message}", "End its process by hand.", e);
        }
    }

    private async Task QuitAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        if (!monitor.Ended.IsCompleted)
        {
            try
            {
                await monitor.ExecuteAsync(QmpCommands.Quit, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            catch (QmpConnectionException)
            {
                // it may be gone before it could answer
            }
        }

        // Only the other side's end is a proof; a client that was disposed, or did not understand, ended on ours.
        if (await monitor.Ended.WaitAsync(cancellationToken).ConfigureAwait(false) is not QmpConnectionException)
        {
            throw new MigrationTargetException(
                $"The target QEMU at {Name} could not be proven dead: its monitor was closed on this side.", "End its process by hand.");
        }
    }

    // With port 0 QEMU tells the port it took.
    private async Task<string> ChosenUriAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        if (!_listenUri.StartsWith("tcp:", StringComparison.Ordinal) || !_listenUri.EndsWith(":0", StringComparison.Ordinal))
        {
            return _listenUri;
        }

        var info = await monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false);
        var port = info.SocketAddress?.FirstOrDefault(address => address.Type == "inet")?.Port;
        return port is null
            ? throw new MigrationTargetException($"The target QEMU did not say which port it took for {_listenUri}.", "Give it a port.")
            : $"{_listenUri[..^1]}{port}";
    }
}
