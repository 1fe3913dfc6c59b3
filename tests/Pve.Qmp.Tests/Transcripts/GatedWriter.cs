namespace Pve.Qmp.Tests.Transcripts;

/// <summary>A text whose writing waits until it is opened, and fails at a length.</summary>
internal sealed class GatedWriter : StringWriter
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private TaskCompletionSource? _reached;
    private int _awaited;

    public int FailsAt { get; init; } = int.MaxValue;

    public bool Disposed { get; private set; }

    public void Open() => _open.TrySetResult();

    /// <summary>Waits until so many characters are written and flushed.</summary>
    public Task WrittenAsync(int length, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _awaited = length;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Check();
            return _reached.Task.WaitAsync(cancellationToken);
        }
    }

    public override Task WriteAsync(char value) => WriteAsync(value.ToString());

    public override Task WriteAsync(string? value) => WriteAsync(value.AsMemory());

    public override async Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
    {
        await _open.Task;
        if (GetStringBuilder().Length + buffer.Length > FailsAt)
        {
            throw new IOException("disk full");
        }

        lock (_lock)
        {
            Write(buffer.Span);
        }
    }

    public override async Task FlushAsync()
    {
        await _open.Task;
        lock (_lock)
        {
            Check();
        }
    }

    public override ValueTask DisposeAsync()
    {
        Disposed = true;
        return base.DisposeAsync();
    }

    private void Check()
    {
        if (_reached is not null && GetStringBuilder().Length >= _awaited)
        {
            _reached.TrySetResult();
        }
    }
}
