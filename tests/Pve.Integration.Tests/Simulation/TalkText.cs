using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pve.Integration.Tests.Simulation;

/// <summary>JSON as text that can be compared.</summary>
internal static partial class TalkText
{
    /// <summary>Members in the order of their names, since QEMU's is that of a hash table; at the top only those that count.</summary>
    public static string Sorted(JsonElement value, string[]? members = null)
        => value.ValueKind switch
        {
            JsonValueKind.Object => "{" + string.Join(',', value.EnumerateObject().Where(member => members?.Contains(member.Name) ?? true)
                .OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{member.Name}:{Sorted(member.Value)}")) + "}",
            JsonValueKind.Array => "[" + string.Join(',', value.EnumerateArray().Select(item => Sorted(item, members))) + "]",
            JsonValueKind.Undefined => "",
            JsonValueKind.String => WithoutGivenNames(value.GetRawText()),
            _ => value.GetRawText(),
        };

    /// <summary>Without the number in the name that QEMU gives a node.</summary>
    public static string WithoutGivenNames(string text) => GivenName().Replace(text, "#block");

    /// <param name="value">An object.</param>
    /// <param name="condition"><c>member=text</c></param>
    public static bool Has(JsonElement value, string condition)
    {
        var (name, text) = condition.Split('=', 2) is [var left, var right] ? (left, right) : throw new FormatException($"'{condition}' is no condition.");
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) && member.ToString() == text;
    }

    [GeneratedRegex("#block[0-9]+")]
    private static partial Regex GivenName();
}
