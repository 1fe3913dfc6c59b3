using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Pve.Qmp.Framing;

namespace Pve.Qmp.Tests.Talk;

/// <summary>
/// The server's end of a conversation, played from a transcript as QEMU's documentation writes them:
/// <c>-&gt;</c> is what the client must send, <c>&lt;-</c> what the server says then. Members compare in any order.
/// </summary>
internal sealed class ScriptedQmpPeer : IAsyncDisposable
{
    public const string Greets = "<- " + Samples.Greeting;

    public const string Negotiates = """
        -> {"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}, "id": 0}
        <- {"return": {}, "id": 0}
        """;

    private readonly Pipe _toServer = new(new PipeOptions(useSynchronizationContext: false));
    private readonly Pipe _toClient = new(new PipeOptions(useSynchronizationContext: false));
    private readonly QmpMessageReader _requests;

    public ScriptedQmpPeer()
    {
        _requests = new QmpMessageReader(_toServer.Reader, 16 << 20, "the client");
        Client = new Duplex(_toClient.Reader, _toServer.Writer);
    }

    public FakeTimeProvider Time { get; } = new();

    public QmpClientOptions Options => new() { TimeProvider = Time };

    public Duplex Client { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Connects without playing anything.</summary>
    public Task<QmpClient> ConnectAsync(QmpClientOptions? options = null) => QmpClient.ConnectAsync(Client, "the peer", options ?? Options, Ct);

    /// <summary>Connects to a peer that greets and negotiates as it should.</summary>
    public async Task<QmpClient> EstablishAsync(QmpClientOptions? options = null)
    {
        var connecting = ConnectAsync(options);
        await PlayAsync(Greets + "\n" + Negotiates);
        return await connecting;
    }

    public async Task PlayAsync(string transcript)
    {
        foreach (var line in transcript.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith("-> ", StringComparison.Ordinal))
            {
                Expect(line[3..], await ReceiveAsync());
            }
            else
            {
                Assert.StartsWith("<- ", line, StringComparison.Ordinal);
                await SendAsync(line[3..] + "\r\n");
            }
        }
    }

    public async Task SendAsync(string text) => await _toClient.Writer.WriteAsync(Encoding.UTF8.GetBytes(text), Ct);

    /// <summary>The next line of the client.</summary>
    public async Task<string> ReceiveAsync()
    {
        System.Buffers.ReadOnlySequence<byte> line;
        while (!_requests.TryTake(out line))
        {
            Assert.True(await _requests.ReadAsync(Ct), "The client closed the connection.");
        }

        return Samples.Text(line);
    }

    /// <summary>Whether the client closed its direction, with nothing unread before.</summary>
    public async Task<bool> ClientClosedAsync() => !await _requests.ReadAsync(Ct) || (!_requests.TryTake(out _) && !await _requests.ReadAsync(Ct));

    /// <summary>The server stops talking.</summary>
    public ValueTask HangUpAsync(Exception? broken = null) => _toClient.Writer.CompleteAsync(broken);

    /// <summary>The server stops listening.</summary>
    public ValueTask DeafenAsync() => _toServer.Reader.CompleteAsync();

    public async ValueTask DisposeAsync()
    {
        await HangUpAsync();
        await DeafenAsync();
    }

    private static void Expect(string expected, string actual)
    {
        using var wanted = JsonDocument.Parse(expected);
        using var got = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, got.RootElement), $"expected -> {expected}\n but got -> {actual}");
    }

    internal sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe, IAsyncDisposable
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;

        public int Disposals { get; private set; }

        public ValueTask DisposeAsync()
        {
            Disposals++;
            return ValueTask.CompletedTask;
        }
    }
}
