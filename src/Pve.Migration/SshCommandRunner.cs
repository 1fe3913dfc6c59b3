using System.ComponentModel;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Diagnostics;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>
/// The old way: one fresh <c>ssh</c> for each command. Takes the options of a tunnel; forwards and the remote command in them are not used.
/// </summary>
public sealed class SshCommandRunner
{
    private const int MaxOutputBytes = 1024 * 1024;
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);

    private readonly SshTransportOptions _options;
    private readonly ILogger _logger;

    /// <summary>What messages call the host.</summary>
    public string Name => _options.Name;

    /// <exception cref="ArgumentException">An option could be taken for another one by ssh.</exception>
    public SshCommandRunner(SshTransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _logger = options.LoggerFactory.CreateLogger(typeof(SshCommandRunner).FullName!);
    }

    /// <summary>The same without a log, for commands whose words, or the other side's about them, are secret.</summary>
    internal SshCommandRunner Unlogged() => new(_options with { LoggerFactory = NullLoggerFactory.Instance });

    /// <summary>
    /// Runs a command, quoted by us for a POSIX shell, and awaits its end; a code other than 0 is a result, not an exception.
    /// </summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="deadline">For all of it, connecting included; or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="standardInput">What the command reads; then its input ends.</param>
    /// <param name="cancellationToken">Ends the ssh; what the command did is then unknown.</param>
    /// <exception cref="SshCommandTimeoutException">The deadline passed.</exception>
    /// <exception cref="MtunnelConnectionException">ssh could not be started.</exception>
    public async Task<SshCommandResult> RunAsync(
        IReadOnlyList<string> command,
        TimeSpan deadline,
        ReadOnlyMemory<byte> standardInput = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentOutOfRangeException.ThrowIfZero(command.Count, nameof(command));
        cancellationToken.ThrowIfCancellationRequested();
        using ChildProcess child = Start(SshArguments.ForCommand(_options, command));
        using var late = new CancellationTokenSource(deadline, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            Task<string> output = ReadOutputAsync(child.Output, either.Token);
            Task input = WriteInputAsync(child.Input, standardInput, either.Token);
            int exitCode = await child.Exited.WaitAsync(either.Token).ConfigureAwait(false);

            // a master connection that ssh left behind may keep the streams open
            await Task.WhenAll(output, input, child.ErrorRead).WithinAsync(SettleTime, _options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            SshFailure failure = SshFailure.Explain(_options.Name, exitCode, child.StandardError, _options.Secrets);
            _logger.ChildEnded(_options.Name, failure.Message);
            return new SshCommandResult(exitCode, await output.ConfigureAwait(false), child.StandardError, failure);
        }
        catch (OperationCanceledException)
        {
            await child.EndAsync(TimeSpan.Zero, _options.TerminateGrace).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SshCommandTimeoutException(_options.Name, SshArguments.Quote(command), deadline, child.StandardError);
        }
    }

    private ChildProcess Start(IReadOnlyList<string> arguments)
    {
        try
        {
            ChildProcess child = ChildProcess.Start(_options.SshPath, arguments, _options.TimeProvider);
            _logger.ChildStarted(_options.Name, child.Id);
            return child;
        }
        catch (Win32Exception e)
        {
            throw new MtunnelConnectionException($"{_options.Name}: could not start '{_options.SshPath}': {e.Message} (install openssh-client, or name the program)", e);
        }
    }

    // what is over the limit is read and dropped: a full pipe would stop the command
    private static async Task<string> ReadOutputAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                kept.Write(buffer, 0, (int)Math.Min(read, MaxOutputBytes - kept.Length));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // what came until then is what there is
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }

    private static async Task WriteInputAsync(Stream stream, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(input, cancellationToken).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // a command may end without reading all of it
        }
    }
}
