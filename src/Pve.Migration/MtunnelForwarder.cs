using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// The far end of a <see cref="TcpTransport"/>'s forwards, shared by all connections of one listener: a connection to the same address that
/// begins with a ticket (<c>{"cmd":"forward","path":…,"ticket":…}</c>) is joined to the unix socket that the ticket is for.
/// </summary>
/// <remarks>A tunnel's <c>ticket</c> command gives them out; a v2 server announces the way as the capability <c>forward</c>.</remarks>
public sealed class MtunnelForwarder
{
    private readonly MtunnelTickets _tickets;
    private readonly MtunnelForwarderOptions _options;
    private readonly SocketAllowList _allowed;
    private readonly ILogger _logger;
    private int _open;

    /// <summary>Creates one.</summary>
    /// <param name="tickets">Those that the tunnels' <c>ticket</c> command issues.</param>
    /// <param name="options">What may be opened.</param>
    /// <exception cref="ArgumentException">A pattern of a socket is no absolute path, or has <c>*</c> in its folder.</exception>
    public MtunnelForwarder(MtunnelTickets tickets, MtunnelForwarderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tickets);
        _tickets = tickets;
        _options = options ?? new MtunnelForwarderOptions();
        _options.Validate();
        _allowed = new SocketAllowList(_options.AllowedSockets);
        _logger = _options.LoggerFactory.CreateLogger(typeof(MtunnelForwarder).FullName!);
    }

    internal TimeSpan FirstLineTimeout => _options.FirstLineTimeout;

    // Answers, and after an OK carries bytes both ways until both have ended, or one broke.
    internal async Task ServeAsync(JsonElement parameters, Func<MtunnelReply, Task<IDuplexPipe>> answer, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > _options.MaxConnections)
            {
                await RefuseAsync($"{_options.MaxConnections} connections are open", answer).ConfigureAwait(false);
                return;
            }

            await ServeInPlaceAsync(parameters, answer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task ServeInPlaceAsync(JsonElement parameters, Func<MtunnelReply, Task<IDuplexPipe>> answer, CancellationToken cancellationToken)
    {
        if (WhyNot(parameters) is { } refusal)
        {
            await RefuseAsync(refusal, answer).ConfigureAwait(false);
            return;
        }

        string path = Text(parameters, "path")!;
        IByteLink far;
        try
        {
            far = await GuardedSocket.ConnectAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (MtunnelConnectionException e)
        {
            await RefuseAsync(e.Message, answer).ConfigureAwait(false);
            return;
        }

        await using (far.ConfigureAwait(false))
        {
            IDuplexPipe client = await answer(MtunnelReply.Ok).ConfigureAwait(false);
            _logger.ChannelOpened(path);
            await Relay.RunAsync(new PipeLink(client), far, cancellationToken).ConfigureAwait(false);
        }
    }

    // A ticket that was shown is used up, whether it opens the socket or not.
    private string? WhyNot(JsonElement parameters)
    {
        if (MtunnelVocabulary.TryFind(MtunnelVocabulary.Forward, out MtunnelVocabulary.Word? word) && MtunnelParameters.Check(word, parameters) is { } wrong)
        {
            return wrong;
        }

        string? path = Text(parameters, "path");
        return _tickets.TryRedeem(Text(parameters, "ticket"), path)
            ? _allowed.WhyNot(path!)
            : "the ticket is not for this socket, was used, or is too old";
    }

    private Task<IDuplexPipe> RefuseAsync(string why, Func<MtunnelReply, Task<IDuplexPipe>> answer)
    {
        _logger.ChannelRefused(why);
        return answer(MtunnelReply.Refused($"failed to handle '{MtunnelVocabulary.Forward}' command - {why}"));
    }

    private static string? Text(JsonElement parameters, string name) =>
        parameters.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
