using System.Buffers;
using System.IO.Pipelines;

namespace Pve.Migration.Tests.Engine;

/// <summary>A monitor's connection that may fall silent one way: what is told still comes, what is asked does not get there.</summary>
internal sealed class MutePipe : IDuplexPipe
{
    private readonly Pipe _there = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private readonly IDuplexPipe _inner;
    private volatile bool _isMute;

    public MutePipe(IDuplexPipe inner)
    {
        _inner = inner;
        _ = CarryAsync();
    }

    public PipeReader Input => _inner.Input;

    public PipeWriter Output => _there.Writer;

    public void Mute() => _isMute = true;

    private async Task CarryAsync()
    {
        ReadResult read;
        do
        {
            read = await _there.Reader.ReadAsync();
            if (!_isMute)
            {
                _inner.Output.Write(read.Buffer.ToArray());
                await _inner.Output.FlushAsync();
            }

            _there.Reader.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
        await _inner.Output.CompleteAsync();
    }
}
