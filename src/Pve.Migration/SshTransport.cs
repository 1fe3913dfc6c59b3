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
    private readonly SshTransportOptions _options;
    private readonly ILogger _logger;

    /// <exception cref="ArgumentException">An option could be taken for another one by ssh, or cannot be expressed on its command line.</exception>
    public SshTransport(SshTransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.ControlPath is not null && options.Forwards.Count > 0)
        {
            throw new ArgumentException("a master connection would keep the forwarded sockets open after the tunnel", nameof(options));
        }

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
    public Task<SshConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (SocketForward forward in _options.Forwards)
        {
            // ssh would unlink whatever is there (StreamLocalBindUnlink), be it a user's file or a living socket
            LocalSockets.ClearTheWay(forward.LocalPath, Name, _logger);
        }

        IReadOnlyList<string> arguments = SshArguments.ForTunnel(_options);
        try
        {
            ChildProcess child = ChildProcess.Start(_options.SshPath, arguments, _options.TimeProvider);
            _logger.ChildStarted(Name, child.Id);
            return Task.FromResult(new SshConnection(child, _options, _logger));
        }
        catch (Win32Exception e)
        {
            throw new MtunnelConnectionException($"{Name}: could not start '{_options.SshPath}': {e.Message} (install openssh-client, or name the program)", e);
        }
    }

    async Task<IMtunnelConnection> IMtunnelTransport.ConnectAsync(CancellationToken cancellationToken) =>
        await ConnectAsync(cancellationToken).ConfigureAwait(false);
}
