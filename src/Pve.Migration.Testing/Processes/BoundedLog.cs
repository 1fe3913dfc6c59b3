using System.Text;

namespace Pve.Migration.Testing.Processes;

/// <summary>The end of what a process writes, up to so many characters.</summary>
internal sealed class BoundedLog(int capacity)
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();

    public override string ToString()
    {
        lock (_gate)
        {
            return _text.ToString();
        }
    }

    public async Task CopyFromAsync(TextReader reader)
    {
        var buffer = new char[1024];
        try
        {
            while (await reader.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
            {
                Append(buffer.AsSpan(0, count));
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // the process is gone and someone else held its output
        }
    }

    private void Append(ReadOnlySpan<char> more)
    {
        lock (_gate)
        {
            _text.Append(more);
            _text.Remove(0, Math.Max(0, _text.Length - capacity));
        }
    }
}
