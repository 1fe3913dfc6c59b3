using System.Text.Json;

namespace Pve.Qmp.Transcripts;

/// <summary>Whether a command is the recorded one: the id does not matter, nor the order of members, and what was masked matches anything.</summary>
internal static class CommandMatch
{
    public static bool IsMatch(JsonElement recorded, JsonElement actual)
        => actual.ValueKind == JsonValueKind.Object && MembersMatch(recorded, actual, ignored: "id");

    private static bool ValuesMatch(JsonElement recorded, JsonElement actual) => recorded.ValueKind switch
    {
        JsonValueKind.String when recorded.ValueEquals(Masked.Value) => true,
        JsonValueKind.Object => actual.ValueKind == JsonValueKind.Object && MembersMatch(recorded, actual, ignored: null),
        JsonValueKind.Array => actual.ValueKind == JsonValueKind.Array && ItemsMatch(recorded, actual),
        _ => JsonElement.DeepEquals(recorded, actual),
    };

    private static bool ItemsMatch(JsonElement recorded, JsonElement actual)
        => recorded.GetArrayLength() == actual.GetArrayLength()
            && recorded.EnumerateArray().Zip(actual.EnumerateArray()).All(pair => ValuesMatch(pair.First, pair.Second));

    private static bool MembersMatch(JsonElement recorded, JsonElement actual, string? ignored)
    {
        var count = 0;
        foreach (var member in recorded.EnumerateObject())
        {
            if (!member.NameEquals(ignored))
            {
                count++;
                if (!actual.TryGetProperty(member.Name, out var value) || !ValuesMatch(member.Value, value))
                {
                    return false;
                }
            }
        }

        return count == actual.EnumerateObject().Count(member => !member.NameEquals(ignored));
    }
}
