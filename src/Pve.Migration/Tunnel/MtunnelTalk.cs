using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Transports;

namespace Pve.Migration.Tunnel;

// One connection of a server's: the greeting, and then an answer for each line that is owed one.
internal sealed class MtunnelTalk(IDuplexPipe pipe, MtunnelCommands commands, MtunnelStay stay, MtunnelServerOptions options, ILogger logger)
{
    private readonly MtunnelCodec _codec = MtunnelCodec.For(options.Dialect);
    private readonly LineReader _lines = new(pipe.Input, options.MaxLineLength, options.LineTimeout, options.TimeProvider);
    private Exception? _broken;

    // Until quit or the end of the stream, or the connection is lost.
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.Forwarder is null)
        {
            await stay.BeginAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            if (await GreetAsync(cancellationToken).ConfigureAwait(false))
            {
                await ServeLinesAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException e) when (e != stay.Failure)
        {
            _broken = e;
            logger.ServerConnectionLost(e.Message);
        }
        catch (OperationCanceledException e)
        {
            _broken = e;
            throw;
        }
    }

    // What could not be sent is dropped, or it would be tried again. A client that does not read takes no end either: its connection is cut then.
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        Task closing = pipe.Output.CompleteAsync(_broken).AsTask();
        closing.ForgetFailure();
        await closing.WaitAsync(options.LineTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await pipe.Input.CompleteAsync().ConfigureAwait(false);
    }

    private async Task<bool> GreetAsync(CancellationToken cancellationToken)
    {
        if (!options.HasQuorum)
        {
            await pipe.Output.WriteAsync("no quorum\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            return false;
        }

        if (options.SendGreeting)
        {
            _codec.WriteGreeting(pipe.Output);
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task ServeLinesAsync(CancellationToken cancellationToken)
    {
        if (options.Forwarder is { } forwarder && !await BeginAsync(forwarder, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        while (true)
        {
            LineRead read = await _lines.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (!await IsLineAsync(read, options.LineTimeout, cancellationToken).ConfigureAwait(false)
                || !await AnswerAsync(_codec.ReadCommand(read.Line.Span), read.Line.Length, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    // What the connection is for its first line tells, and a VM's tunnel it is not before. False: it is over.
    private async Task<bool> BeginAsync(MtunnelForwarder forwarder, CancellationToken cancellationToken)
    {
        LineRead read = await ReadFirstAsync(forwarder.FirstLineTimeout, cancellationToken).ConfigureAwait(false);
        if (!await IsLineAsync(read, forwarder.FirstLineTimeout, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        MtunnelCommand command = _codec.ReadCommand(read.Line.Span);
        if (command is { Kind: MtunnelCommandKind.Named, Name: MtunnelVocabulary.Forward })
        {
            await forwarder.ServeAsync(command.Parameters, reply => HandOverAsync(reply, cancellationToken), cancellationToken).ConfigureAwait(false);
            return false;
        }

        await BeginStayAsync(cancellationToken).ConfigureAwait(false);
        return await AnswerAsync(command, read.Line.Length, cancellationToken).ConfigureAwait(false);
    }

    private async Task BeginStayAsync(CancellationToken cancellationToken)
    {
        try
        {
            await stay.BeginAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            await ReplyAsync(MtunnelReply.Refused("the tunnel cannot be counted here, which its lease needs"), cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<LineRead> ReadFirstAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(patience, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await _lines.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new LineRead(LineReadKind.Stalled, default, More: false);
        }
    }

    private async Task<IDuplexPipe> HandOverAsync(MtunnelReply reply, CancellationToken cancellationToken)
    {
        _codec.WriteReply(reply, pipe.Output);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        _lines.Release();
        (pipe as LinkConnection)?.MayStandStill();
        return pipe;
    }

    private async Task<bool> IsLineAsync(LineRead read, TimeSpan patience, CancellationToken cancellationToken)
    {
        switch (read.Kind)
        {
            case LineReadKind.End:
                logger.ServerStreamEnded();
                return false;
            case LineReadKind.CutOff:
                // `resume 12` may be the beginning of `resume 123`: what lacks its LF is no command
                logger.ServerLineCutOff(read.Line.Length);
                return false;
            case LineReadKind.Stalled:
                string stalled = $"a line was not ended within {patience.TotalSeconds:0.###} s";
                logger.ServerLineStalled(stalled);
                await ReplyAsync(MtunnelReply.Refused(stalled), cancellationToken).ConfigureAwait(false);
                return false;
            case LineReadKind.TooLong:
                await ReplyAsync(MtunnelReply.Refused(MtunnelLineTooLongException.Describe(options.MaxLineLength)), cancellationToken).ConfigureAwait(false);
                throw new MtunnelLineTooLongException(options.MaxLineLength);
            default:
                return true;
        }
    }

    // False: it was the last one.
    private async ValueTask<bool> AnswerAsync(MtunnelCommand command, int length, CancellationToken cancellationToken)
    {
        stay.OnCommand(command);
        if (command.Kind == MtunnelCommandKind.Ignored)
        {
            logger.ServerLineIgnored(length);
            return true;
        }

        MtunnelReply reply = await commands.HandleAsync(command, cancellationToken).ConfigureAwait(false);
        FlushResult flush = await ReplyAsync(reply, cancellationToken).ConfigureAwait(false);
        if (!_codec.EndsWith(command) && !flush.IsCompleted)
        {
            return true;
        }

        logger.ServerEnded(command.ToString());
        return false;
    }

    private ValueTask<FlushResult> ReplyAsync(MtunnelReply reply, CancellationToken cancellationToken)
    {
        _codec.WriteReply(reply, pipe.Output);
        return FlushAsync(cancellationToken);
    }

    // A client that reads no replies must not keep its guest's server for ever.
    private async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken)
    {
        ValueTask<FlushResult> flush = pipe.Output.FlushAsync(CancellationToken.None); // given up from outside: its own token must not end within itself
        if (flush.IsCompleted)
        {
            return await flush.ConfigureAwait(false);
        }

        Task<FlushResult> flushing = flush.AsTask();
        try
        {
            return await flushing.WaitAsync(options.LineTimeout, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            pipe.Output.CancelPendingFlush();
            await ((Task)flushing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"a reply was not read within {options.LineTimeout.TotalSeconds:0.###} s", e);
        }
    }
}
