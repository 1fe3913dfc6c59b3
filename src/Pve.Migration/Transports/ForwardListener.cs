using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Transports;

// A local socket whose every connection is joined to one that is opened at the far side for it.
internal sealed class ForwardListener : IForwardedSocket
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    private readonly string _name;
    private readonly Func<string, CancellationToken, Task<IByteLink>> _open;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskSet _connections = new();
    private readonly Task _accepting;
    private readonly Lock _gate = new();
    private Task? _disposal;

    public ForwardListener(
        SocketForward forward, string name, Func<string, CancellationToken, Task<IByteLink>> open, TimeProvider time, ILogger logger)
    {
        LocalSockets.ThrowIfUnfit(forward);
        (Forward, _name, _open, _time, _logger) = (forward, name, open, time, logger);
        _listener = LocalSockets.Listen(forward.LocalPath, name, logger);
        logger.ForwardListens(name, forward.LocalPath, forward.RemotePath);
        _accepting = Task.Run(AcceptAsync);
    }

    public SocketForward Forward { get; }

    public string? LastFailure { get; private set; }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= DisposeCoreAsync();
        }

        return new ValueTask(_disposal);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket accepted = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _connections.Run(() => CarryAsync(accepted));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                // out of file descriptors, most likely: that passes
                _logger.AcceptFailed(_name, e.Message);
                await _stop.Token.PauseAsync(RetryAfter, _time).ConfigureAwait(false);
            }
        }
    }

    private async Task CarryAsync(Socket accepted)
    {
        var near = new SocketLink(accepted);
        IByteLink? far = null;
        try
        {
            far = await _open(Forward.RemotePath, _stop.Token).ConfigureAwait(false);
            await Relay.RunAsync(near, far, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // disposed
        }
#pragma warning disable CA1031 // one connection that fails is told and leaves the others alone; a ticket callback may throw anything
        catch (Exception e)
#pragma warning restore CA1031
        {
            string message = WireText.ToSingleLine(SecretMask.Apply(e.Message));
            LastFailure = far is null ? message : $"the connection to {Forward.RemotePath} broke: {message}";
            if (far is null)
            {
                _logger.ForwardFailed(_name, Forward.LocalPath, Forward.RemotePath, message);
            }
            else
            {
                _logger.ForwardBroke(_name, Forward.LocalPath, message);
            }
        }
        finally
        {
            await near.DisposeAsync().ConfigureAwait(false);
            if (far is not null)
            {
                await far.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task DisposeCoreAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);

        // takes the file along
        _listener.Dispose();
        await _connections.JoinAsync().ConfigureAwait(false);
        _stop.Dispose();
    }
}
