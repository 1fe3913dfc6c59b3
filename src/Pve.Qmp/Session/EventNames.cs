using System.Buffers;
using System.Text;

namespace Pve.Qmp.Session;

/// <summary>The names of events seen so far, so that one that comes again costs no memory. Used by the reader alone.</summary>
internal sealed class EventNames
{
    private const int LongestKept = 64;
    private const int MostKept = 256; // QEMU 10.0 has 55; whoever makes names up fills no memory

    private readonly HashSet<string> _names = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public EventNames() => _lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();

    public string Of(ReadOnlySequence<byte> name)
    {
        if (name.Length > LongestKept)
        {
            return Encoding.UTF8.GetString(name);
        }

        Span<char> characters = stackalloc char[LongestKept];
        characters = characters[..Encoding.UTF8.GetChars(name, characters)];
        if (!_lookup.TryGetValue(characters, out var kept))
        {
            kept = characters.ToString();
            if (_names.Count < MostKept)
            {
                _names.Add(kept);
            }
        }

        return kept;
    }
}
