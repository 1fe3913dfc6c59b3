using System.Text.Json;

namespace Pve.Migration.Tunnel;

// The parameters of a v2 command against its schema, where it has one: nothing unknown, nothing missing, nothing of another kind. A null is
// as good as nothing: Perl writes one for what it has not.
internal static class MtunnelParameters
{
    // null: as they should be; else what is wrong, for the peer. A value may be a secret and is never repeated.
    public static string? Check(MtunnelVocabulary.Word word, JsonElement parameters)
    {
        if (!word.HasSchema)
        {
            return null;
        }

        foreach (var given in Members(parameters))
        {
            var parameter = word.Parameters.FirstOrDefault(parameter => parameter.Name == given.Name);
            if (parameter is null)
            {
                return $"{WireText.ToName(given.Name)}: property is not defined in schema and the schema does not allow additional properties";
            }

            if (given.Value.ValueKind != JsonValueKind.Null && !IsOf(given.Value.ValueKind, parameter.Kind))
            {
                return $"{parameter.Name}: type check failed, {parameter.Kind} expected";
            }
        }

        foreach (var parameter in word.Parameters)
        {
            if (parameter.IsRequired && !Members(parameters).Any(given => given.Name == parameter.Name && given.Value.ValueKind != JsonValueKind.Null))
            {
                return $"{parameter.Name}: property is missing and it is not optional";
            }
        }

        return null;
    }

    private static IEnumerable<JsonProperty> Members(JsonElement parameters)
        => parameters.ValueKind == JsonValueKind.Object ? parameters.EnumerateObject().Where(member => member.Name != MtunnelCodecV2.CommandMember) : [];

    // Perl's numbers are often strings on the wire
    private static bool IsOf(JsonValueKind value, MtunnelVocabulary.Kind kind) => kind switch
    {
        MtunnelVocabulary.Kind.Text => value is JsonValueKind.String or JsonValueKind.Number,
        MtunnelVocabulary.Kind.Number => value is JsonValueKind.String or JsonValueKind.Number,
        MtunnelVocabulary.Kind.Object => value == JsonValueKind.Object,
        MtunnelVocabulary.Kind.List => value == JsonValueKind.Array,
        _ => true,
    };
}
