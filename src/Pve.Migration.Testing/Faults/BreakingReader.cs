using System.Buffers;
using System.IO.Pipelines;

namespace Pve.Migration.Testing.Faults;

/// <summary>A reader that gives out all that came before a break, and then fails. A pipe that is completed with an exception would drop what was not read yet.</summary>
internal sealed class BreakingReader(PipeReader inner) : PipeReader
{
    private Exception? _break;
    private ReadOnlySequence<byte> _given;
    private long _seen;

    /// <summary>The end that comes next is a break.</summary>
    public void Break(Exception e) => Volatile.Write(ref _break, e);

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        => Give(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        result = Give(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _seen = _given.Slice(examined).IsEmpty ? _given.Slice(consumed).Length : 0;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private ReadResult Give(ReadResult read)
    {
        _given = read.Buffer;
        if (!read.IsCompleted || Volatile.Read(ref _break) is not { } e)
        {
            return read;
        }

        if (read.Buffer.Length > _seen)
        {
            return new ReadResult(read.Buffer, read.IsCanceled, isCompleted: false);
        }

        inner.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        throw e;
    }
}
