using System.IO.Pipelines;
using System.Text;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>A client's other end that says bytes. The client reads them on the thread that says them: when that returns, all of it was heard.</summary>
internal sealed class FuzzedPeer : IMtunnelTransport, IMtunnelConnection
{
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _said = new(Inline);
    private readonly Pipe _heard = new(Inline);
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    string IMtunnelTransport.Name => "fuzzed peer";

    PipeReader IDuplexPipe.Input => _said.Reader;

    PipeWriter IDuplexPipe.Output => _heard.Writer;

    Task<string> IMtunnelConnection.Ended => _ended.Task;

    public void Say(string text) => Say(Encoding.UTF8.GetBytes(text), int.MaxValue);

    public void Say(byte[] bytes, int piece)
    {
        for (int at = 0; at < bytes.Length; at += Math.Min(piece, bytes.Length - at))
        {
            Task<FlushResult> flush = _said.Writer.WriteAsync(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at))).AsTask();
            Assert.True(flush.IsCompletedSuccessfully, "no limit makes it wait");
        }
    }

    public void End() => _said.Writer.Complete();

    /// <summary>All that the client sent.</summary>
    public string Heard()
    {
        if (!_heard.Reader.TryRead(out ReadResult read))
        {
            return "";
        }

        string heard = Encoding.UTF8.GetString(read.Buffer);
        _heard.Reader.AdvanceTo(read.Buffer.End);
        return heard;
    }

    Task<IMtunnelConnection> IMtunnelTransport.ConnectAsync(CancellationToken cancellationToken) => Task.FromResult<IMtunnelConnection>(this);

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        _ended.TrySetResult("disposed");
        await _heard.Writer.CompleteAsync();
        await _said.Reader.CompleteAsync();
    }
}
