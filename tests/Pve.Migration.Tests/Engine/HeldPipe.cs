using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Pve.Migration.Tests.Engine;

/// <summary>A monitor's connection on which one command is held until something has come to pass; what follows it waits behind.</summary>
internal sealed class HeldPipe : IDuplexPipe
{
    private readonly Pipe _there = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private readonly IDuplexPipe _inner;

    public HeldPipe(IDuplexPipe inner, string command, Func<Task> until)
    {
        _inner = inner;
        _ = CarryAsync(command, until);
    }

    public PipeReader Input => _inner.Input;

    public PipeWriter Output => _there.Writer;

    private async Task CarryAsync(string command, Func<Task> until)
    {
        ReadResult read;
        do
        {
            read = await _there.Reader.ReadAsync();
            if (Encoding.UTF8.GetString(read.Buffer).Contains(command, StringComparison.Ordinal))
            {
                await until();
            }

            _inner.Output.Write(read.Buffer.ToArray());
            await _inner.Output.FlushAsync();
            _there.Reader.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
        await _inner.Output.CompleteAsync();
    }
}
