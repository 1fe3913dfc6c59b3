using System.Buffers.Binary;

namespace Pve.Migration.Testing.Guest;

/// <summary>Bytes at an origin, with labels that may be used before they are defined.</summary>
internal sealed class SectorAssembler(int origin)
{
    private readonly List<byte> _bytes = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<Fixup> _fixups = [];

    private int Here => origin + _bytes.Count;

    public SectorAssembler Label(string name)
    {
        _labels.Add(name, Here);
        return this;
    }

    public SectorAssembler Emit(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public SectorAssembler Word(int value) => Emit((byte)value, (byte)(value >> 8));

    public SectorAssembler Dword(long value) => Word((int)(value & 0xFFFF)).Word((int)((value >> 16) & 0xFFFF));

    /// <summary>The distance from the end of this byte to a label, as short jumps want it.</summary>
    public SectorAssembler Relative8(string label) => Reserve(label, 1, relative: true, 0);

    /// <summary>The distance from the end of this double word to a label, as near calls and jumps want it.</summary>
    public SectorAssembler Relative32(string label) => Reserve(label, 4, relative: true, 0);

    public SectorAssembler Absolute16(string label) => Reserve(label, 2, relative: false, 0);

    public SectorAssembler Absolute32(string label, int offset = 0) => Reserve(label, 4, relative: false, offset);

    /// <summary>The program in <paramref name="size"/> bytes, zeros after its end.</summary>
    /// <exception cref="InvalidOperationException">The program is longer, a label is missing, or a short jump is too long.</exception>
    public byte[] Build(int size)
    {
        if (_bytes.Count > size)
        {
            throw new InvalidOperationException($"The program has {_bytes.Count} bytes, {size} are there.");
        }

        var image = new byte[size];
        _bytes.CopyTo(image);
        foreach (var fixup in _fixups)
        {
            Apply(fixup, image.AsSpan(fixup.Position, fixup.Size));
        }

        return image;
    }

    private SectorAssembler Reserve(string label, int size, bool relative, int offset)
    {
        _fixups.Add(new Fixup(label, _bytes.Count, size, relative, offset));
        return Emit(new byte[size]);
    }

    private void Apply(Fixup fixup, Span<byte> place)
    {
        if (!_labels.TryGetValue(fixup.Label, out var target))
        {
            throw new InvalidOperationException($"No label '{fixup.Label}'.");
        }

        var value = target + fixup.Offset - (fixup.Relative ? origin + fixup.Position + fixup.Size : 0);
        switch (fixup.Size)
        {
            case 1 when value is >= sbyte.MinValue and <= sbyte.MaxValue:
                place[0] = (byte)value;
                break;
            case 2 when value is >= 0 and <= ushort.MaxValue:
                BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)value);
                break;
            case 4:
                BinaryPrimitives.WriteInt32LittleEndian(place, value);
                break;
            default:
                throw new InvalidOperationException($"'{fixup.Label}' is out of reach of {fixup.Size} bytes.");
        }
    }

    private readonly record struct Fixup(string Label, int Position, int Size, bool Relative, int Offset);
}
