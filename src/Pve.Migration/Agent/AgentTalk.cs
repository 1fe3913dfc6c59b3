using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pve.Migration.Agent;

/// <summary>One conversation with a guest's agent. It may be anything: what it says is bounded in size and time, and never quoted.</summary>
internal sealed class AgentTalk : IAsyncDisposable
{
    private const int MaxReply = 1 << 20;
    private const byte Mark = 0xFF; // no UTF-8: ends what went before, and begins the reply to guest-sync-delimited

    private readonly Stream _stream;
    private readonly PipeReader _replies;
    private readonly TimeProvider _time;

    private AgentTalk(Stream stream, TimeProvider time)
    {
        (_stream, _time) = (stream, time);
        _replies = PipeReader.Create(stream);
    }

    /// <summary>Opens the channel, and passes over what the agent still had to say to somebody before us.</summary>
    /// <exception cref="GuestAgentException">It is not there, or does not answer.</exception>
    public static async Task<AgentTalk> OpenAsync(
        Func<CancellationToken, Task<Stream>> open, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        AgentTalk? talk = null;
        try
        {
            await WithinAsync(
                async token =>
                {
                    talk = new AgentTalk(await open(token).ConfigureAwait(false), time);
                    await talk.SynchronizeAsync(token).ConfigureAwait(false);
                },
                "does not answer", patience, time, cancellationToken).ConfigureAwait(false);
            return talk!;
        }
        catch when (talk is not null)
        {
            await talk.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Executes a command without arguments.</summary>
    /// <exception cref="GuestAgentException">It refused, or did not answer.</exception>
    public Task ExecuteAsync(string command, TimeSpan patience, CancellationToken cancellationToken) => WithinAsync(
        async token =>
        {
            await SendAsync($$"""{"execute":"{{command}}"}""", token).ConfigureAwait(false);
            var reply = JsonElement.Parse(await ReadLineAsync(token).ConfigureAwait(false));
            if (reply.ValueKind != JsonValueKind.Object || !reply.TryGetProperty("return", out _))
            {
                throw new GuestAgentException($"The guest agent refused '{command}'.");
            }
        },
        $"has not answered '{command}' in time", patience, _time, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _replies.CompleteAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SynchronizeAsync(CancellationToken cancellationToken)
    {
        var id = RandomNumberGenerator.GetInt32(int.MaxValue);
        await _stream.WriteAsync(new[] { Mark }, cancellationToken).ConfigureAwait(false);
        await SendAsync($$$"""{"execute":"guest-sync-delimited","arguments":{"id":{{{id}}}}}""", cancellationToken).ConfigureAwait(false);
        byte[] line;
        int mark;
        do
        {
            line = await ReadLineAsync(cancellationToken).ConfigureAwait(false);
            mark = Array.LastIndexOf(line, Mark);
        }
        while (mark < 0 || !IsEcho(line.AsSpan(mark + 1), id));
    }

    private static bool IsEcho(ReadOnlySpan<byte> reply, int id)
        => JsonElement.Parse(reply) is { ValueKind: JsonValueKind.Object } members
            && members.TryGetProperty("return", out var echo) && echo.ValueKind == JsonValueKind.Number && echo.TryGetInt32(out var said) && said == id;

    private async Task SendAsync(string command, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\n"), cancellationToken).ConfigureAwait(false);
        await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<byte[]> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _replies.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, end).ToArray();
                _replies.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted || read.Buffer.Length > MaxReply)
            {
                throw new IOException(read.IsCompleted ? "it has hung up" : "its reply has no end");
            }

            _replies.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static async Task WithinAsync(
        Func<CancellationToken, Task> act, string failure, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await act(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GuestAgentException($"The guest agent {failure}.");
        }
        catch (JsonException)
        {
            throw new GuestAgentException("The guest agent talks nonsense."); // what it said may quote anything
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new GuestAgentException($"The guest agent cannot be talked to: {e.Message}", e);
        }
    }
}
