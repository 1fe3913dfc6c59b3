using System.Text.Json;

namespace Pve.Qmp.Tests.SchemaQuery;

/// <summary>What is left of arguments for a QEMU that does not know all of them.</summary>
public sealed class QmpSchemaFitTests
{
    [Theory]
    // known, and so untouched: also kinds of values that QEMU will refuse by itself
    [InlineData("""{"level": "low"}""", null, "")]
    [InlineData("""{"level": "low", "mode": "x-odd", "items": [], "disk": null, "note": "n", "more": {"any": ["thing"]}}""", null, "")]
    [InlineData("""{"level": "low", "disk": {"driver": "qcow", "backing": {"driver": "file", "path": "p", "cache": "plain"}, "cache": "low"}}""", null, "")]
    [InlineData("""{"level": "low", "disk": {"driver": "net", "proto": "tcp", "port": 1.5}}""", null, "")]
    [InlineData("""{"level": 7, "note": 7, "items": "none", "disk": true, "more": null}""", null, "")]
    [InlineData("""{"mode": "plain"}""", null, "")] // level is missing: QEMU asks for it
    // members
    [InlineData("""{"level": "low", "colour": "red"}""", """{"level": "low"}""", "colour")]
    [InlineData("""{"level": "low", "colour": {"deep": 1}, "shape": []}""", """{"level": "low"}""", "colour; shape")]
    [InlineData("""{"level": "low", "items": [{"kind": "a", "on": true, "colour": 1}]}""", """{"level": "low", "items": [{"kind": "a", "on": true}]}""", "items[0].colour")]
    [InlineData("""{"level": "low", "disk": {"driver": "file", "path": "p", "backing": null}}""", """{"level": "low", "disk": {"driver": "file", "path": "p"}}""", "disk.backing")] // another variant's
    [InlineData("""{"level": "low", "disk": {"driver": "null", "id": "n", "path": "p"}}""", """{"level": "low", "disk": {"driver": "null", "id": "n"}}""", "disk.path")] // no variant at all
    [InlineData("""{"level": "low", "disk": {"driver": "net", "proto": "fd", "port": 1}}""", """{"level": "low", "disk": {"driver": "net", "proto": "fd"}}""", "disk.port")]
    // values of optional members
    [InlineData("""{"level": "low", "mode": "new"}""", """{"level": "low"}""", "mode (new)")]
    [InlineData("""{"level": "low", "items": [{"kind": "a", "on": true, "level": "medium"}]}""", """{"level": "low", "items": [{"kind": "a", "on": true}]}""", "items[0].level (medium)")]
    [InlineData("""{"level": "low", "size": "new"}""", """{"level": "low"}""", "size (new)")] // an alternate's
    [InlineData("""{"level": "low", "size": ["low", "new", "high"]}""", """{"level": "low", "size": ["low", "high"]}""", "size[1] (new)")]
    // elements of lists
    [InlineData("""{"level": "low", "items": [{"kind": "a", "on": true}, {"kind": "x", "on": true}, {"on": false, "kind": "y", "colour": 1}]}""", """{"level": "low", "items": [{"kind": "a", "on": true}]}""", "items[1] (x); items[2] (y)")]
    // a required value takes with it what it is in
    [InlineData("""{"level": "low", "__com.vendor_x": {"colour": 1, "kind": "x", "on": true}}""", """{"level": "low"}""", "__com.vendor_x (x)")]
    [InlineData("""{"level": "low", "disk": {"driver": "qcow3", "path": "p"}}""", """{"level": "low"}""", "disk (qcow3)")]
    [InlineData("""{"level": "low", "disk": {"driver": "qcow", "backing": {"driver": "qcow", "backing": {"driver": "qcow3"}}}}""", """{"level": "low"}""", "disk (qcow3)")]
    // what does not look like a name may be anything
    [InlineData("""{"level": "low", "mode": "my secret!"}""", """{"level": "low"}""", "mode (the value)")]
    public void What_is_unknown_is_left_out_and_named(string arguments, string? left, string omitted)
    {
        var original = JsonElement.Parse(arguments);
        var fit = SchemaSamples.Written.Fit("set", original);
        Assert.Equal(omitted, string.Join("; ", fit.Omitted));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(left ?? arguments), fit.Arguments), fit.Arguments.GetRawText());
        if (left is null)
        {
            Assert.Equal(arguments, fit.Arguments.GetRawText());
        }
    }

    [Fact]
    public void The_capabilities_of_a_newer_QEMU_are_left_out_for_an_older_one()
    {
        var arguments = JsonElement.Parse("""
            {"capabilities": [{"capability": "events", "state": true}, {"capability": "return-path", "state": true}, {"capability": "mapped-ram", "state": true}]}
            """);
        var fit = SchemaSamples.Qemu72.Fit("migrate-set-capabilities", arguments);
        Assert.Equal(["capabilities[2] (mapped-ram)"], fit.Omitted);
        Assert.Equal(["events", "return-path"], fit.Arguments.GetProperty("capabilities").EnumerateArray().Select(one => one.GetProperty("capability").GetString()));
        Assert.Empty(SchemaSamples.Qemu100.Fit("migrate-set-capabilities", arguments).Omitted);
    }

    [Fact]
    public void Device_add_keeps_the_properties_of_the_device()
    {
        var device = """{"driver": "virtio-net-pci", "id": "n", "netdev": "net0", "mq": true, "list": [{"x": 1}], "none": null}""";
        Assert.All([SchemaSamples.Written, SchemaSamples.Qemu72, SchemaSamples.Qemu100], schema =>
        {
            var fit = schema.Fit("device_add", JsonElement.Parse(device));
            Assert.Empty(fit.Omitted);
            Assert.Equal(device, fit.Arguments.GetRawText());
        });
    }

    [Fact]
    public void Numbers_and_texts_stay_as_they_are()
    {
        var fit = SchemaSamples.Written.Fit("set", JsonElement.Parse("""{"more": [18446744073709551615, 1.10, "ü\u00fc\n", {"a": null}], "colour": 1}"""));
        Assert.Equal(["18446744073709551615", "1.10"], fit.Arguments.GetProperty("more").EnumerateArray().Take(2).Select(number => number.GetRawText()));
        Assert.Equal("üü\n", fit.Arguments.GetProperty("more")[2].GetString());
        Assert.Equal(JsonValueKind.Null, fit.Arguments.GetProperty("more")[3].GetProperty("a").ValueKind);
    }

    [Fact]
    public void A_disk_behind_500_disks_is_fitted()
    {
        var arguments = """{"colour": 1, "disk": """ + string.Concat(Enumerable.Repeat("""{"driver": "qcow", "backing": """, 500)) + "null" + new string('}', 501);
        using var document = JsonDocument.Parse(arguments, new JsonDocumentOptions { MaxDepth = 1024 });
        var fit = SchemaSamples.Written.Fit("set", document.RootElement);
        Assert.Equal(["colour"], fit.Omitted);
        Assert.True(fit.Arguments.TryGetProperty("disk", out _));
    }

    [Fact]
    public void No_arguments_stay_none()
    {
        Assert.Equal(JsonValueKind.Undefined, SchemaSamples.Written.Fit("peek", default).Arguments.ValueKind);
        Assert.Equal(JsonValueKind.Undefined, SchemaSamples.Written.Fit("peek", JsonElement.Parse("null")).Arguments.ValueKind);
        Assert.Equal("{}", SchemaSamples.Written.Fit("peek", JsonElement.Parse("{}")).Arguments.GetRawText());
    }

    [Fact]
    public void A_command_that_does_not_exist_is_an_error()
    {
        var failure = Assert.Throws<QmpUnsupportedException>(() => SchemaSamples.Written.Fit("nope", default));
        Assert.Equal(("nope", null, true), (failure.Command, failure.Path, failure.ConnectionUsable));
        Assert.Contains("'nope'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"level": "medium"}""", "level", "medium")]
    [InlineData("""{"colour": 1, "level": "a secret, perhaps"}""", "level", "the value")]
    public void A_required_value_that_is_unknown_is_an_error(string arguments, string path, string says)
    {
        var failure = Assert.Throws<QmpUnsupportedException>(() => SchemaSamples.Written.Fit("set", JsonElement.Parse(arguments)));
        Assert.Equal(("set", path), (failure.Command, failure.Path));
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }
}
