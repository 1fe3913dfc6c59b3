using System.Text;

namespace Mtunnel.Hosting;

/// <summary>The end of what a child writes, kept for an error's text.</summary>
internal sealed class OutputTail(int capacity = 2000)
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();

    /// <summary>In one line.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            return string.Join("; ", _text.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
    }

    public async Task CopyFromAsync(TextReader reader)
    {
        var buffer = new char[1024];
        try
        {
            while (await reader.ReadAsync(buffer) is > 0 and var count)
            {
                lock (_gate)
                {
                    _text.Append(buffer, 0, count);
                    _text.Remove(0, Math.Max(0, _text.Length - capacity));
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // the child is gone
        }
    }
}
