using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// The target's end of a tunnel, as Proxmox VE's <c>qm mtunnel</c> behaves: it greets, answers the few commands it knows, strictly in
/// order, and ignores everything else without a reply.
/// </summary>
public static class MtunnelServer
{
    /// <summary>
    /// Serves one connection until <c>quit</c> or the end of the stream, then completes both halves of <paramref name="pipe"/>. With
    /// <see cref="MtunnelServerOptions.CleansUpAfter"/> it returns only when the lease of a client that went without <c>quit</c> is over.
    /// </summary>
    /// <exception cref="MtunnelLineTooLongException">The peer sent a line over the limit.</exception>
    /// <exception cref="IOException">The lease cannot be noted.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired; a command being handled was told.</exception>
    public static async Task ServeAsync(
        IDuplexPipe pipe, IMtunnelHandler handler, MtunnelServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        ArgumentNullException.ThrowIfNull(handler);
        options ??= new MtunnelServerOptions();
        options.Validate();
        ILogger logger = options.LoggerFactory.CreateLogger(typeof(MtunnelServer).FullName!);
        var commands = new MtunnelCommands(handler, options.Vmid ?? 0, logger);
        var stay = new MtunnelStay(handler, options, logger);
        try
        {
            await stay.BeginAsync(cancellationToken).ConfigureAwait(false);
            await TalkAsync(pipe, commands, options, logger, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await pipe.Output.CompleteAsync().ConfigureAwait(false);
            await pipe.Input.CompleteAsync().ConfigureAwait(false);
            await stay.EndAsync(commands, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task TalkAsync(
        IDuplexPipe pipe, MtunnelCommands commands, MtunnelServerOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await ServeCommandsAsync(pipe, commands, options, logger, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            logger.ServerConnectionLost(e.Message);
        }
    }

    private static async Task ServeCommandsAsync(
        IDuplexPipe pipe, MtunnelCommands commands, MtunnelServerOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        MtunnelCodec codec = MtunnelCodec.For(options.Dialect);
        if (!options.HasQuorum)
        {
            await pipe.Output.WriteAsync("no quorum\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            return;
        }

        if (options.SendGreeting)
        {
            codec.WriteGreeting(pipe.Output);
            await FlushAsync(pipe, options, cancellationToken).ConfigureAwait(false);
        }

        var lines = new LineReader(pipe.Input, options.MaxLineLength, options.LineTimeout, options.TimeProvider);
        while (true)
        {
            LineRead read = await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
            switch (read.Kind)
            {
                case LineReadKind.End:
                    logger.ServerStreamEnded();
                    return;
                case LineReadKind.CutOff:
                    // `resume 12` may be the beginning of `resume 123`: what lacks its LF is no command
                    logger.ServerLineCutOff(read.Line.Length);
                    return;
                case LineReadKind.Stalled:
                    string stalled = $"a line was not ended within {options.LineTimeout.TotalSeconds:0.###} s";
                    logger.ServerLineStalled(stalled);
                    codec.WriteReply(MtunnelReply.Refused(stalled), pipe.Output);
                    await FlushAsync(pipe, options, cancellationToken).ConfigureAwait(false);
                    return;
                case LineReadKind.TooLong:
                    codec.WriteReply(MtunnelReply.Refused(MtunnelLineTooLongException.Describe(options.MaxLineLength)), pipe.Output);
                    await FlushAsync(pipe, options, cancellationToken).ConfigureAwait(false);
                    throw new MtunnelLineTooLongException(options.MaxLineLength);
            }

            MtunnelCommand command = codec.ReadCommand(read.Line.Span);
            if (command.Kind == MtunnelCommandKind.Ignored)
            {
                logger.ServerLineIgnored(read.Line.Length);
                continue;
            }

            MtunnelReply reply = await commands.HandleAsync(command, cancellationToken).ConfigureAwait(false);
            codec.WriteReply(reply, pipe.Output);
            FlushResult flush = await FlushAsync(pipe, options, cancellationToken).ConfigureAwait(false);
            if (codec.EndsWith(command) || flush.IsCompleted)
            {
                logger.ServerEnded(command.ToString());
                return;
            }
        }
    }

    // A client that reads no replies must not keep its guest's server for ever.
    private static async ValueTask<FlushResult> FlushAsync(IDuplexPipe pipe, MtunnelServerOptions options, CancellationToken cancellationToken)
    {
        ValueTask<FlushResult> flush = pipe.Output.FlushAsync(cancellationToken);
        if (flush.IsCompleted)
        {
            return await flush.ConfigureAwait(false);
        }

        try
        {
            return await flush.AsTask().WaitAsync(options.LineTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new IOException($"a reply was not read within {options.LineTimeout.TotalSeconds:0.###} s", e);
        }
    }
}
