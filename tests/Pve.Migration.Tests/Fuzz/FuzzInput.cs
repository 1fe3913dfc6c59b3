using System.Globalization;
using System.Text;
using CsCheck;
using Pve.Qmp.Tests.Fuzz;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>
/// What the fuzzers have in common. 20,000 inputs each; PVE_FUZZ_INPUTS says how many else. A failure prints the seed that makes it
/// again (CsCheck_Seed).
/// </summary>
internal static class FuzzInput
{
    public const int MaxLine = 4000;

    public static readonly long Count = long.Parse(Environment.GetEnvironmentVariable("PVE_FUZZ_INPUTS") ?? "20000", CultureInfo.InvariantCulture);

    /// <summary>Around the limit of a line, and far over it.</summary>
    public static readonly Gen<byte[]> Long = Gen.Select(Gen.OneOf(Gen.Int[MaxLine - 3, MaxLine + 3], Gen.Int[1, 3 * MaxLine]), Gen.Bool)
        .Select((length, ends) => Encoding.UTF8.GetBytes(new string('x', length) + (ends ? "\n" : "")));

    /// <summary>One of these lines, with its LF.</summary>
    public static Gen<byte[]> OneOf(IReadOnlyList<string> lines) =>
        Gen.Int[0, lines.Count - 1].Select(i => Encoding.UTF8.GetBytes(lines[i] + "\n"));

    /// <summary>Whole lines, spoilt ones, noise and lines around the limit, one behind the other.</summary>
    public static Gen<byte[]> Conversation(IReadOnlyList<string> lines)
    {
        Gen<byte[]> whole = OneOf(lines);
        return Gen.Frequency((6, whole), (4, FuzzBytes.Spoilt(whole)), (1, FuzzBytes.Noise), (1, Long)).Array[0, 8].Select(parts => parts.SelectMany(part => part).ToArray());
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
