using System.Globalization;
using System.Text;
using CsCheck;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>
/// What the fuzzers have in common. 20,000 inputs each; PVE_FUZZ_INPUTS says how many else. A failure prints the seed that makes it
/// again (CsCheck_Seed).
/// </summary>
internal static class FuzzInput
{
    public const int MaxLine = 4000;

    public static readonly long Count = long.Parse(Environment.GetEnvironmentVariable("PVE_FUZZ_INPUTS") ?? "20000", CultureInfo.InvariantCulture);

    /// <summary>How large the pieces are that an input comes in.</summary>
    public static readonly Gen<int> Piece = Gen.OneOf(Gen.Int[1, 20], Gen.Const(int.MaxValue));

    public static readonly Gen<byte[]> Noise = Gen.Byte.Array[0, 60];

    /// <summary>Around the limit of a line, and far over it.</summary>
    public static readonly Gen<byte[]> Long = Gen.Select(Gen.OneOf(Gen.Int[MaxLine - 3, MaxLine + 3], Gen.Int[1, 3 * MaxLine]), Gen.Bool)
        .Select((length, ends) => Encoding.UTF8.GetBytes(new string('x', length) + (ends ? "\n" : "")));

    /// <summary>One of these lines, with its LF.</summary>
    public static Gen<byte[]> OneOf(IReadOnlyList<string> lines) =>
        Gen.Int[0, lines.Count - 1].Select(i => Encoding.UTF8.GetBytes(lines[i] + "\n"));

    /// <summary>The same with bytes replaced, removed, inserted and cut out.</summary>
    public static Gen<byte[]> Spoilt(Gen<byte[]> whole) =>
        Gen.Select(whole, Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 3]).Array[1, 4]).Select((bytes, damages) =>
        {
            var spoilt = bytes.ToList();
            foreach (var (at, value, kind) in damages)
            {
                int place = spoilt.Count == 0 ? 0 : at % spoilt.Count;
                switch (kind)
                {
                    case 0 when spoilt.Count > 0:
                        spoilt[place] = value;
                        break;
                    case 1 when spoilt.Count > 0:
                        spoilt.RemoveAt(place);
                        break;
                    case 2:
                        spoilt.Insert(place, value);
                        break;
                    default:
                        spoilt.RemoveRange(place, Math.Min(spoilt.Count - place, 10));
                        break;
                }
            }

            return spoilt.ToArray();
        });

    /// <summary>Whole lines, spoilt ones, noise and lines around the limit, one behind the other.</summary>
    public static Gen<byte[]> Conversation(IReadOnlyList<string> lines)
    {
        Gen<byte[]> whole = OneOf(lines);
        return Gen.Frequency((6, whole), (4, Spoilt(whole)), (1, Noise), (1, Long)).Array[0, 8].Select(parts => parts.SelectMany(part => part).ToArray());
    }

    /// <summary>The lines that end in LF, without it.</summary>
    public static List<byte[]> Lines(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<byte[]>();
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
        {
            lines.Add(bytes[..end].ToArray());
        }

        return lines;
    }
}
