using System.Text.Json;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>What a migration may take, in KiB a second: the lower of what is set here and what the source asks for; 0 asks for all there is.</summary>
internal static class Bandwidth
{
    /// <summary>Null for no limit.</summary>
    /// <exception cref="MtunnelRefusedException">The source asks for no number.</exception>
    public static long? Limit(int? mebibytes, JsonElement parameters)
    {
        long? here = mebibytes is { } limit ? limit * 1024L : null;
        if (parameters.ValueKind != JsonValueKind.Object || !Wire.TryGet(parameters, "bwlimit", out _))
        {
            return here;
        }

        var asked = Wire.Number(parameters, "bwlimit") ?? throw new MtunnelRefusedException("bwlimit: KiB a second are expected");
        return asked == 0 ? here : Math.Min(asked, here ?? long.MaxValue);
    }
}
