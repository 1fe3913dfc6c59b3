using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Pve.Qmp.Tests.SchemaQuery;

/// <summary>What holds for any arguments, made of what a command knows and of what it does not.</summary>
public sealed class FitPropertyTests
{
    private static readonly string[] Names =
        ["level", "mode", "items", "disk", "note", "more", "size", "kind", "on", "driver", "id", "path", "cache", "backing", "proto", "port", "colour"];

    private static readonly string[] Texts = ["low", "high", "medium", "plain", "a", "x", "file", "qcow", "net", "null", "qcow3", "tcp", ""];

    private static readonly Gen<JsonNode?> Leaf = Gen.OneOf(
        Gen.Int[0, Texts.Length - 1].Select(i => Texts[i]).Select(text => (JsonNode?)JsonValue.Create(text)),
        Gen.Int[-2, 2].Select(number => (JsonNode?)JsonValue.Create(number)),
        Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)),
        Gen.Const((JsonNode?)null));

    private static readonly Gen<JsonNode?> Value = Gen.Recursive<JsonNode?>((depth, inner) => depth == 4
        ? Leaf
        : Gen.OneOf(Leaf, Objects(inner), inner.Array[0, 3].Select(elements => (JsonNode?)new JsonArray([.. elements.Select(Copy)]))));

    private static readonly Gen<JsonElement> Arguments = Objects(Value).Select(node => JsonElement.Parse(node!.ToJsonString()));

    [Fact]
    public void Nothing_is_invented_and_what_is_left_out_is_named()
        => Arguments.Sample(arguments =>
        {
            if (Fit(arguments) is { } fit)
            {
                Assert.True(IsPartOf(fit.Arguments, arguments), $"{arguments} became {fit.Arguments}");
                Assert.Equal(fit.Omitted.Count == 0, JsonElement.DeepEquals(arguments, fit.Arguments));
                Assert.Equal(fit.Omitted.Distinct(), fit.Omitted);
            }
        });

    [Fact]
    public void What_fits_once_fits_as_it_is()
        => Arguments.Sample(arguments =>
        {
            if (Fit(arguments) is { } fit)
            {
                var again = Fit(fit.Arguments)!;
                Assert.Empty(again.Omitted);
                Assert.Equal(fit.Arguments.GetRawText(), again.Arguments.GetRawText());
            }
        });

    [Fact]
    public void What_is_left_is_known_to_the_schema()
        => Arguments.Sample(arguments =>
        {
            foreach (var member in Fit(arguments)?.Arguments.EnumerateObject() ?? default)
            {
                Assert.True(SchemaSamples.Written.HasArgument("set", member.Name), member.Name);
                if (member is { Name: "level" or "mode" or "size", Value.ValueKind: JsonValueKind.String })
                {
                    Assert.True(SchemaSamples.Written.HasEnumValue("set", member.Name, member.Value.GetString()!), member.ToString());
                }
            }
        });

    private static QmpSchemaFit? Fit(JsonElement arguments)
    {
        try
        {
            return SchemaSamples.Written.Fit("set", arguments);
        }
        catch (QmpUnsupportedException e)
        {
            Assert.Equal("level", e.Path); // the only argument of set that is required
            Assert.DoesNotContain(arguments.GetProperty("level").GetString(), SchemaSamples.Written.EnumValues("set", "level"));
            return null;
        }
    }

    private static Gen<JsonNode?> Objects(Gen<JsonNode?> values) => Gen.Select(Gen.Int[0, Names.Length - 1].Select(i => Names[i]), values).Array[0, 6].Select(members =>
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
        {
            result[name] = Copy(value);
        }

        return (JsonNode?)result;
    });

    // a node has one parent, and a generated one may be used twice
    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();

    private static bool IsPartOf(JsonElement part, JsonElement whole) => (part.ValueKind, whole.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object)
            => part.EnumerateObject().All(member => whole.TryGetProperty(member.Name, out var original) && IsPartOf(member.Value, original)),
        (JsonValueKind.Array, JsonValueKind.Array) => IsPartOf([.. part.EnumerateArray()], [.. whole.EnumerateArray()]),
        _ => JsonElement.DeepEquals(part, whole),
    };

    // The elements that are left come in the order they had.
    private static bool IsPartOf(JsonElement[] part, JsonElement[] whole)
    {
        var next = 0;
        return part.All(element =>
        {
            while (next < whole.Length && !IsPartOf(element, whole[next]))
            {
                next++;
            }

            return next++ < whole.Length;
        });
    }
}
