using System.ComponentModel;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>
/// A tunnel over the system's <c>ssh</c>, run as a child process without a shell: lines over its standard streams, unix sockets forwarded.
/// </summary>
public sealed class SshTransport : IMtunnelTransport
{
    private static readonly TimeSpan LeftoverPoll = TimeSpan.FromMilliseconds(20);

    private readonly SshTransportOptions _options;
    private readonly ILogger _logger;

    /// <exception cref="ArgumentException">An option could be taken for another one by ssh, or cannot be expressed on its command line.</exception>
    public SshTransport(SshTransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfZero(options.RemoteCommand.Count, nameof(options.RemoteCommand));
        _options = options;
        _logger = options.LoggerFactory.CreateLogger(typeof(SshTransport).FullName!);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <summary>
    /// Removes leftover local sockets, starts ssh and returns; nothing is known of the host yet. The first line the remote command says
    /// proves that all forwards listen: ssh binds them before it runs the command.
    /// </summary>
    /// <exception cref="MtunnelConnectionException">ssh could not be started, or a forward's local path is taken by a file, or by a socket somebody listens at.</exception>
    public async Task<SshConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // a master may still listen for a tunnel that is gone, be it one of a process before us
        await SshMaster.CancelForwardsAsync(_options, static path => !LocalSockets.HasLivingOwner(path), _logger).ConfigureAwait(false);
        foreach (SocketForward forward in _options.Forwards)
        {
            // ssh would unlink whatever is there (StreamLocalBindUnlink), be it a user's file or a living socket
            LocalSockets.ClearTheWay(forward.LocalPath, Name, _logger);
        }

        return Start(_options, SshArguments.ForTunnel(_options), _logger);
    }

    /// <summary>
    /// Removes the forwards' remote sockets, by one more ssh: what a target that has ended left over there. Whatever is no socket, or is
    /// still listened at, stays. Not part of disposing a connection, since a second tunnel may use the same paths; a <see cref="TunnelTarget"/> does it
    /// once its target is proven dead.
    /// </summary>
    /// <exception cref="SshCommandTimeoutException">The deadline passed.</exception>
    /// <exception cref="MtunnelConnectionException">ssh could not be started, or failed.</exception>
    public async Task RemoveLeftoversAsync(TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        if (_options.Forwards.Count == 0)
        {
            return;
        }

        IReadOnlyList<string> command = SshArguments.RemoveSockets(_options.Forwards.Select(static forward => forward.RemotePath));
        SshCommandResult result = await new SshCommandRunner(_options).RunAsync(command, deadline, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new MtunnelConnectionException($"sockets that were left over there could not be removed: {result.Failure.Message}");
        }
    }

    /// <summary>
    /// The same without forwards. Whoever recovers opens nothing new, and the ssh of a killed process listens at them for as long as what it carries is open:
    /// it outlives that process beside a guest that is being copied.
    /// </summary>
    internal SshTransport WithoutForwards() => new(_options with { Forwards = [] });

    /// <summary>Removes what the ssh of a killed process left at the forwards' local paths, once that has ended; what is listened at stays.</summary>
    internal async Task RemoveLocalLeftoversAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await SshMaster.CancelForwardsAsync(_options, static path => !LocalSockets.HasLivingOwner(path), _logger).ConfigureAwait(false);
        long started = _options.TimeProvider.GetTimestamp();
        foreach (string path in _options.Forwards.Select(static forward => forward.LocalPath).Where(UnixFile.IsSocket))
        {
            while (UnixFile.IsListenedAt(path) && _options.TimeProvider.GetElapsedTime(started) < patience)
            {
                await Task.Delay(LeftoverPoll, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }

            if (!UnixFile.IsListenedAt(path))
            {
                UnixFile.RemoveSocket(path, Name, _logger);
            }
        }
    }

    internal static SshConnection Start(SshTransportOptions options, IReadOnlyList<string> arguments, ILogger logger)
    {
        try
        {
            ChildProcess child = ChildProcess.Start(options.SshPath, arguments, options.TimeProvider);
            logger.ChildStarted(options.Name, child.Id);
            return new SshConnection(child, options, logger);
        }
        catch (Win32Exception e)
        {
            throw new MtunnelConnectionException(
                $"{options.Name}: could not start '{options.SshPath}': {e.Message} (install openssh-client, or name the program)", e);
        }
    }

    async Task<IMtunnelConnection> IMtunnelTransport.ConnectAsync(CancellationToken cancellationToken) =>
        await ConnectAsync(cancellationToken).ConfigureAwait(false);
}
