using CsCheck;

namespace Pve.Qmp.Tests.Fuzz;

/// <summary>What fuzzers make of bytes, whatever these mean.</summary>
internal static class FuzzBytes
{
    /// <summary>How large the pieces are that an input comes in.</summary>
    public static readonly Gen<int> Piece = Gen.OneOf(Gen.Int[1, 20], Gen.Const(int.MaxValue));

    public static readonly Gen<byte[]> Noise = Gen.Byte.Array[0, 60];

    /// <summary>The same with bytes replaced, removed, inserted and cut out.</summary>
    public static Gen<byte[]> Spoilt(Gen<byte[]> whole) =>
        Gen.Select(whole, Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 3]).Array[1, 4]).Select((bytes, damages) =>
        {
            var spoilt = bytes.ToList();
            foreach (var (at, value, kind) in damages)
            {
                var place = spoilt.Count == 0 ? 0 : at % spoilt.Count;
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
}
