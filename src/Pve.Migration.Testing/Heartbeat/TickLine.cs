namespace Pve.Migration.Testing.Heartbeat;

/// <summary>The one line there is: 8 lower-case hex digits.</summary>
internal static class TickLine
{
    public const int Digits = 8;

    public static bool TryParse(ReadOnlySpan<byte> line, out uint tick)
    {
        tick = 0;
        if (line.Length != Digits)
        {
            return false;
        }

        foreach (var digit in line)
        {
            var value = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                _ => -1,
            };
            if (value < 0)
            {
                return false;
            }

            tick = (tick << 4) | (uint)value;
        }

        return true;
    }
}
