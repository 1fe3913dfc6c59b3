using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pve.Qmp.Wire;

/// <summary>
/// A span of time that the wire counts in whole units, of which <paramref name="units"/> make <paramref name="ticks"/> ticks. A part of a unit is
/// left out, but does not become zero: to QEMU that often is "never" or "no limit".
/// </summary>
internal abstract class TimeConverter(string unit, long ticks, long units = 1) : JsonConverter<TimeSpan>
{
    // QEMU's own arithmetic overflows at times, such as for the pause it expects of a link without throughput; that is no reason to fail.
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var value = reader.TryGetInt64(out var number) ? number : (Int128)reader.GetDouble();
        return new TimeSpan((long)Int128.Clamp(value * ticks / units, long.MinValue, long.MaxValue));
    }

    /// <exception cref="ArgumentException">The time is shorter than the unit, and not zero.</exception>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options)
    {
        var whole = (long)((Int128)value.Ticks * units / ticks);
        if (whole == 0 && value != TimeSpan.Zero)
        {
            throw new ArgumentException($"QEMU takes this time in whole {unit}; {value} would become zero.");
        }

        writer.WriteNumberValue(whole);
    }
}
