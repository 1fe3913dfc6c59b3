using System.Globalization;
using System.Text.Json;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>Members of a request, as Perl writes them: its numbers travel as text as well. What is wrong is told, a value never repeated.</summary>
internal static class Wire
{
    /// <summary>Whether there is one. A null is none: Perl writes it for what it has not.</summary>
    public static bool TryGet(JsonElement members, string name, out JsonElement value)
        => members.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    /// <exception cref="MtunnelRefusedException">It is missing, or no text.</exception>
    public static string Text(JsonElement members, string name) => TryGet(members, name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            _ => throw new MtunnelRefusedException($"{name}: type check failed, text expected"),
        }
        : throw new MtunnelRefusedException($"{name}: property is missing and it is not optional");

    /// <summary>A whole number that is not negative; null where it is none.</summary>
    public static long? Number(JsonElement members, string name)
        => long.TryParse(Text(members, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
