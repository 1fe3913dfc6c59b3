using System.IO.Pipelines;
using System.Text;
using Nerdbank.Streams;

namespace Pve.Migration.Tests.Tunnel;

// The other end of a client's tunnel, played from a script: "-> line" is what the client must send, "<- line" is what it is told.
internal sealed class ScriptedPeer : IMtunnelTransport, IDisposable
{
    private readonly IDuplexPipe _clients;
    private readonly IDuplexPipe _ours;
    private readonly StreamReader _heard;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedPeer()
    {
        (_clients, _ours) = FullDuplexStream.CreatePipePair();
        _heard = new StreamReader(_ours.Input.AsStream());
    }

    public string Name => "scripted peer";

    public int Disposals { get; private set; }

    public int Connections { get; private set; }

    /// <summary>Who is connected to in its place.</summary>
    public ScriptedPeer? Next { get; set; }

    /// <summary>Why nobody can connect to it any more.</summary>
    public string? Unreachable { get; set; }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (Next is not null)
        {
            return Next.ConnectAsync(cancellationToken);
        }

        Connections++;
        return Unreachable is null
            ? Task.FromResult<IMtunnelConnection>(new Connection(this))
            : Task.FromException<IMtunnelConnection>(new MtunnelConnectionException(Unreachable));
    }

    public void Dispose() => _heard.Dispose();

    public async Task PlayAsync(string transcript)
    {
        foreach (string line in transcript.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (line[..2])
            {
                case "->":
                    Assert.Equal(line[2..].TrimStart(), await _heard.ReadLineAsync(Test));
                    break;
                case "<-":
                    await SayAsync(line[2..].TrimStart() + "\n");
                    break;
                default:
                    Assert.Fail($"'{line}' is no step");
                    break;
            }
        }
    }

    public async Task SayAsync(string raw)
    {
        await _ours.Output.WriteAsync(Encoding.UTF8.GetBytes(raw), Test);
    }

    public async Task SayAsync(ReadOnlyMemory<byte> raw) => await _ours.Output.WriteAsync(raw, Test);

    // everything the client sent until it closed its side
    public async Task<string> HearRestAsync() => await _heard.ReadToEndAsync(Test);

    public async Task EndAsync(string? reason = null)
    {
        if (reason is not null)
        {
            _ended.TrySetResult(reason);
        }

        await _ours.Output.CompleteAsync();
    }

    public async Task BreakAsync(Exception exception) => await _ours.Output.CompleteAsync(exception);

    private sealed class Connection(ScriptedPeer peer) : IMtunnelConnection
    {
        public PipeReader Input => peer._clients.Input;

        public PipeWriter Output => peer._clients.Output;

        public Task<string> Ended => peer._ended.Task;

        public async ValueTask DisposeAsync()
        {
            peer.Disposals++;
            peer._ended.TrySetResult("disposed");
            await Output.CompleteAsync();
            await Input.CompleteAsync();
        }
    }
}
