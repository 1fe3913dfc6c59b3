using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Pve.Migration.Journal;

// One entry a line: the CRC-32C of the JSON behind it as eight digits, a space, the JSON, LF.
internal static class JournalLine
{
    private const int DigitsOfSum = 8;

    public static byte[] Write(JournalEntry entry)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry);
        byte[] line = new byte[DigitsOfSum + 1 + json.Length + 1];
        Sum(json).TryFormat(line, out _, "x8", CultureInfo.InvariantCulture);
        line[DigitsOfSum] = (byte)' ';
        json.CopyTo(line, DigitsOfSum + 1);
        line[^1] = (byte)'\n';
        return line;
    }

    // Without its LF. False: it is not what was written.
    // A line that is whole, and says what this version does not know, is another's and not to be lost.
    public static bool TryRead(ReadOnlySpan<byte> line, out JournalEntry? entry)
    {
        entry = null;
        if (line.Length <= DigitsOfSum || line[DigitsOfSum] != (byte)' '
            || !uint.TryParse(line[..DigitsOfSum], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint sum))
        {
            return false;
        }

        ReadOnlySpan<byte> json = line[(DigitsOfSum + 1)..];
        if (sum != Sum(json))
        {
            return false;
        }

        try
        {
            entry = JsonSerializer.Deserialize(json, JournalJson.Default.JournalEntry);
            return entry is not null;
        }
        catch (JsonException e)
        {
            throw new MigrationJournalException("The journal has an entry that this version does not know; use the version that wrote it.", e);
        }
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte one in bytes)
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return ~sum;
    }
}
