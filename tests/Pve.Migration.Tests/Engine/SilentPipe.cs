using System.Buffers;
using System.IO.Pipelines;

namespace Pve.Migration.Tests.Engine;

/// <summary>A monitor's connection that may fall silent the other way: what is asked gets there, nothing comes back, not even its end.</summary>
internal sealed class SilentPipe : IDuplexPipe
{
    private readonly Pipe _here = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private readonly IDuplexPipe _inner;
    private volatile bool _isSilent;

    public SilentPipe(IDuplexPipe inner)
    {
        _inner = inner;
        _ = CarryAsync();
    }

    public PipeReader Input => _here.Reader;

    public PipeWriter Output => _inner.Output;

    public void FallSilent() => _isSilent = true;

    /// <summary>Lets its end be heard.</summary>
    public void Break() => _here.Writer.Complete();

    private async Task CarryAsync()
    {
        ReadResult read;
        do
        {
            read = await _inner.Input.ReadAsync();
            if (!_isSilent)
            {
                _here.Writer.Write(read.Buffer.ToArray());
                await _here.Writer.FlushAsync();
            }

            _inner.Input.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
        if (!_isSilent)
        {
            await _here.Writer.CompleteAsync();
        }
    }
}
