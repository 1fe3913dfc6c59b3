using System.Text;

namespace Pve.Migration.Transports;

// The last bytes of a stream nobody bounded: of a program's complaints the last one counts. Where the front was cut off it begins with a whole
// line: half a line may be half a secret, which nothing knows for one any more.
internal sealed class ByteTail(int limit)
{
    private readonly Lock _gate = new();
    private readonly byte[] _bytes = new byte[limit];
    private long _total;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            foreach (byte b in bytes)
            {
                _bytes[_total++ % limit] = b;
            }
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            if (_total <= limit)
            {
                return Encoding.UTF8.GetString(_bytes, 0, (int)_total);
            }

            int start = (int)(_total % limit);
            byte[] ordered = [.. _bytes.AsSpan(start), .. _bytes.AsSpan(0, start)];
            int end = ordered.AsSpan().IndexOf((byte)'\n');
            return end < 0 ? "" : Encoding.UTF8.GetString(ordered.AsSpan(end + 1));
        }
    }
}
