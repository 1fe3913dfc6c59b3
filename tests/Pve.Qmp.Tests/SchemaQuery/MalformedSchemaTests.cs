using System.Text;
using System.Text.Json;
using CsCheck;

namespace Pve.Qmp.Tests.SchemaQuery;

/// <summary>Junk in place of a schema: a clear error, whatever it is.</summary>
public sealed class MalformedSchemaTests
{
    private const string Nothing = """{"name": "0", "meta-type": "object", "members": []}""";

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{", "JSON")]
    [InlineData("[] []", "JSON")]
    [InlineData("{}", "a list of entries")]
    [InlineData("null", "a list of entries")]
    [InlineData("[1]", "Entry 0")]
    [InlineData($"[{Nothing}, 1]", "Entry 1")]
    [InlineData("[{}]", "lacks its name or its meta-type")]
    [InlineData("""[{"name": "x"}]""", "lacks its name or its meta-type")]
    [InlineData("""[{"meta-type": "command"}]""", "lacks its name or its meta-type")]
    [InlineData("""[{"name": 1, "meta-type": "command"}]""", "a text is expected")]
    [InlineData("""[{"name": "x", "meta-type": "enum", "values": "a"}]""", "StartArray is expected")]
    [InlineData("""[{"name": "x", "meta-type": "enum", "values": [1]}]""", "a text is expected")]
    [InlineData("""[{"name": "x", "meta-type": "object", "members": ["a"]}]""", "StartObject is expected")]
    [InlineData("""[{"name": "x", "meta-type": "object", "members": [{"name": null}]}]""", "a text is expected")]
    [InlineData("""[{"name": "x", "meta-type": "command"}]""", "command 'x' refers to the type ''")]
    [InlineData("""[{"name": "x", "meta-type": "event", "arg-type": "9"}]""", "event 'x' refers to the type '9'")]
    [InlineData("""[{"name": "x", "meta-type": "array", "element-type": "9"}]""", "array 'x' refers to the type '9'")]
    [InlineData("""[{"name": "x", "meta-type": "object", "members": [{"name": "m", "type": "9"}]}]""", "object 'x' refers to the type '9'")]
    [InlineData($"[{Nothing}, {Nothing}]", "the type '0' twice")]
    [InlineData($$"""[{{Nothing}}, {"name": "e", "meta-type": "event", "arg-type": "0"}, {"name": "e", "meta-type": "event", "arg-type": "0"}]""", "the event 'e' twice")]
    [InlineData("""[{"name": "x", "meta-type": "array", "element-type": "x"}]""", "contains itself")]
    [InlineData("""[{"name": "x", "meta-type": "alternate", "members": [{"type": "y"}]}, {"name": "y", "meta-type": "array", "element-type": "x"}]""", "contains itself")]
    [InlineData("""[{"name": "x", "meta-type": "object", "members": [], "tag": "t", "variants": [{"case": "a", "type": "x"}]}]""", "contains itself")]
    [InlineData("""[{"name": "\ud800", "meta-type": "object"}]""", "not valid")]
    public void Junk_is_named(string json, string says)
    {
        var failure = Assert.Throws<FormatException>(() => QmpSchema.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_UTF8_in_a_name_is_named()
    {
        byte[] json = [.. "[{\"name\": \""u8, 0xff, .. "\", \"meta-type\": \"object\"}]"u8];
        Assert.Throws<FormatException>(() => QmpSchema.Parse(json));
    }

    [Fact]
    public void An_undefined_element_and_one_that_is_no_list_are_named()
    {
        Assert.Throws<FormatException>(() => QmpSchema.Parse(default(JsonElement)));
        Assert.Throws<FormatException>(() => QmpSchema.Parse(JsonElement.Parse("7")));
    }

    [Fact]
    public void A_hundred_thousand_types_in_one_another_are_refused_and_do_not_exhaust_the_stack()
    {
        var arrays = Enumerable.Range(0, 100_000).Select(i => $$"""{"name": "{{i}}", "meta-type": "array", "element-type": "{{i + 1}}"}""");
        var json = $$"""[{{string.Join(',', arrays)}}, {"name": "100000", "meta-type": "builtin", "json-type": "int"}]""";
        Assert.Contains("in one another", Assert.Throws<FormatException>(() => QmpSchema.Parse(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_cut_off_anywhere_is_no_schema()
    {
        var json = Encoding.UTF8.GetBytes(SchemaSamples.Small);
        for (var length = 0; length < json.Length; length++)
        {
            Assert.Throws<FormatException>(() => QmpSchema.Parse(json.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_damaged_schema_is_read_or_refused_and_nothing_else()
    {
        var whole = Encoding.UTF8.GetBytes(SchemaSamples.Small);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4].Sample(damage =>
        {
            var json = whole.ToArray();
            foreach (var (at, value) in damage)
            {
                json[at] = value;
            }

            try
            {
                Assert.True(QmpSchema.Parse(json).Commands.Count <= SchemaSamples.Written.Commands.Count);
            }
            catch (FormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }, iter: 2000);
    }
}
