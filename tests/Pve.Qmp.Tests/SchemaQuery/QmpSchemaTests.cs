using System.Text.Json;
using static Pve.Qmp.Tests.SchemaQuery.SchemaSamples;

namespace Pve.Qmp.Tests.SchemaQuery;

/// <summary>What a schema answers.</summary>
public sealed class QmpSchemaTests
{
    [Fact]
    public void Commands_and_events_are_listed_in_order()
    {
        Assert.Equal(["device_add", "names", "netdev_add", "peek", "set"], Written.Commands);
        Assert.Equal(["CHANGED", "PING"], Written.Events);
        Assert.True(Written.HasCommand("set"));
        Assert.False(Written.HasCommand("PING"));
        Assert.True(Written.HasEvent("PING"));
        Assert.False(Written.HasEvent("set"));
        Assert.Equal("set", Written.FindCommand("set")!.ToString());
        Assert.Equal("PING", Written.FindEvent("PING")!.ToString());
        Assert.Null(Written.FindCommand("1"));
        Assert.Null(Written.FindEvent("0"));
    }

    [Theory]
    [InlineData("level", true)]
    [InlineData("items", true)]
    [InlineData("items.kind", true)] // through an array
    [InlineData("disk.driver", true)] // through an alternate
    [InlineData("disk.path", true)] // of a variant
    [InlineData("disk.backing.backing.backing.path", true)] // a type within itself
    [InlineData("disk.proto", true)]
    [InlineData("disk.port", true)] // of a variant's variant
    [InlineData("__com.vendor_x", true)] // a name with a dot
    [InlineData("__com.vendor_x.kind", true)]
    [InlineData("__com", false)]
    [InlineData("lev", false)]
    [InlineData("levels", false)]
    [InlineData("level.low", false)]
    [InlineData("items.", false)]
    [InlineData(".level", false)]
    [InlineData("more.anything", false)]
    [InlineData("note.x", false)]
    [InlineData("", false)]
    public void An_argument_is_found_by_its_path(string path, bool exists)
    {
        Assert.Equal(exists, Written.HasArgument("set", path));
        Assert.False(Written.HasArgument("nope", path));
    }

    [Fact]
    public void Members_that_are_returned_or_come_with_an_event_are_found()
    {
        Assert.True(Written.HasReturnMember("peek", "kind"));
        Assert.False(Written.HasReturnMember("set", "level"));
        Assert.False(Written.HasReturnMember("nope", "kind"));
        Assert.True(Written.HasEventMember("CHANGED", "kind"));
        Assert.False(Written.HasEventMember("PING", "kind"));
        Assert.False(Written.HasEventMember("nope", "kind"));
        Assert.Equal(["a", "b", "c"], Written.EventEnumValues("CHANGED", "kind"));
        Assert.Empty(Written.EventEnumValues("nope", "kind"));
    }

    [Theory]
    [InlineData("set", "level", "low high")]
    [InlineData("set", "items.kind", "a b c")]
    [InlineData("set", "disk.cache", "plain x-odd low high")] // two variants have a member of that name
    [InlineData("set", "size", "plain x-odd low high")] // an alternate, and a list in it
    [InlineData("set", "note", "")]
    [InlineData("peek", "kind", "a b c")] // returned
    [InlineData("names", "", "low high")] // what is returned has no name
    [InlineData("nope", "level", "")]
    public void The_values_of_an_enumeration_are_found(string command, string path, string values)
    {
        Assert.Equal(values, string.Join(' ', Written.EnumValues(command, path)));
        Assert.All(values.Split(' ', StringSplitOptions.RemoveEmptyEntries), value => Assert.True(Written.HasEnumValue(command, path, value)));
        Assert.False(Written.HasEnumValue(command, path, "other"));
    }

    [Fact]
    public void Features_belong_to_commands_members_types_and_values()
    {
        Assert.True(Written.HasFeature("peek", "unstable"));
        Assert.False(Written.HasFeature("set", "unstable"));
        Assert.False(Written.HasFeature("nope", "unstable"));
        Assert.Equal(["deprecated"], Written.FindEvent("CHANGED")!.Features);

        Assert.True(Written.HasFeature("set", "note", "deprecated"));
        Assert.False(Written.HasFeature("set", "level", "deprecated"));
        Assert.True(Written.HasFeature("set", "disk", "dynamic")); // a type within the member's
        Assert.False(Written.HasFeature("set", "", "dynamic"));
        Assert.False(Written.HasFeature("nope", "", "dynamic"));

        Assert.True(Written.HasValueFeature("set", "mode", "x-odd", "unstable"));
        Assert.False(Written.HasValueFeature("set", "mode", "plain", "unstable"));
        Assert.False(Written.HasValueFeature("set", "level", "low", "unstable")); // an old QEMU does not say
    }

    [Fact]
    public void Out_of_band_is_allowed_where_the_schema_says_so()
    {
        Assert.True(Written.AllowsOutOfBand("peek"));
        Assert.False(Written.AllowsOutOfBand("set"));
        Assert.False(Written.AllowsOutOfBand("nope"));
    }

    [Fact]
    public void Types_can_be_walked_as_a_completion_does()
    {
        var arguments = Written.FindCommand("set")!.Arguments;
        Assert.Equal(
            "level: enum, [mode: enum], [items: [object]], [disk: object|str|null], [note: str], [more: any], [__com.vendor_x: object], [size: int|enum|[enum]]",
            string.Join(", ", arguments.Members));

        var disk = Assert.Single(arguments.Find("disk")).Type;
        Assert.Equal((QmpSchemaKind.Alternate, 3), (disk.Kind, disk.Alternatives.Count));
        Assert.Empty(disk.Members);
        var options = disk.Alternatives[0];
        Assert.Equal("driver", options.Discriminator);
        Assert.Equal(["file", "qcow", "net"], options.Variants.Select(variant => variant.ToString()));
        Assert.Equal(["driver", "id", "path", "cache"], options.MembersFor("file").Select(member => member.Name));
        Assert.Equal(["driver", "id"], options.MembersFor("null").Select(member => member.Name)); // a value without a variant
        Assert.Equal(["dynamic"], options.Variants[0].Type.Features);

        var backing = Assert.Single(options.Variants[1].Type.Members, member => member.Name == "backing");
        Assert.Same(disk, backing.Type);
        Assert.False(backing.IsOptional);

        var items = Assert.Single(arguments.Find("items")).Type;
        Assert.Equal(QmpSchemaKind.Array, items.Kind);
        Assert.Equal(["kind", "on", "level"], items.ElementType!.Members.Select(member => member.Name));
        Assert.Null(arguments.ElementType);
        Assert.Equal(["unstable"], Assert.Single(arguments.Find("mode")).Type.FeaturesOf("x-odd"));
        Assert.Equal(
            [QmpSchemaKind.Any, QmpSchemaKind.Boolean, QmpSchemaKind.Number],
            new[] { arguments.Find("more"), arguments.Find("items.on"), arguments.Find("disk.port") }.Select(found => found.Single().Type.Kind));
    }

    [Fact]
    public void Device_add_takes_more_than_it_lists_and_netdev_add_does_where_it_has_no_variants()
    {
        Assert.True(Written.FindCommand("device_add")!.HasUnlistedArguments);
        Assert.True(Written.FindCommand("netdev_add")!.HasUnlistedArguments);
        Assert.False(Written.FindCommand("set")!.HasUnlistedArguments);
    }

    [Fact]
    public void What_QEMU_72_and_100_differ_in_is_seen()
    {
        Assert.False(Qemu72.HasEnumValue("migrate-set-capabilities", "capabilities.capability", "mapped-ram"));
        Assert.True(Qemu100.HasEnumValue("migrate-set-capabilities", "capabilities.capability", "mapped-ram"));
        Assert.True(Qemu72.HasEnumValue("migrate-set-capabilities", "capabilities.capability", "compress"));
        Assert.False(Qemu100.HasEnumValue("migrate-set-capabilities", "capabilities.capability", "compress"));
        Assert.False(Qemu72.HasArgument("migrate", "channels.addr.path"));
        Assert.True(Qemu100.HasArgument("migrate", "channels.addr.path"));
        Assert.False(Qemu72.HasEnumValue("MIGRATION", "status", "postcopy-recover-setup")); // an event is no command
        Assert.DoesNotContain("postcopy-recover-setup", Qemu72.EventEnumValues("MIGRATION", "status"));
        Assert.Contains("postcopy-recover-setup", Qemu100.EventEnumValues("MIGRATION", "status"));
        Assert.All([Qemu72, Qemu100], qemu =>
        {
            Assert.True(qemu.AllowsOutOfBand("yank"));
            Assert.True(qemu.HasReturnMember("query-status", "status"));
            Assert.True(qemu.HasArgument("blockdev-add", "file.file.filename"));
            Assert.True(qemu.HasFeature("blockdev-add", "", "dynamic-auto-read-only"));
            Assert.True(qemu.HasFeature("device_add", "json-cli-hotplug"));
            Assert.True(qemu.HasValueFeature("migrate-set-capabilities", "capabilities.capability", "x-colo", "unstable"));
        });
    }

    [Fact]
    public void Bytes_and_an_element_of_a_document_are_read_alike()
    {
        using var document = JsonDocument.Parse($$"""{"return": {{Small}}}""");
        var schema = QmpSchema.Parse(document.RootElement.GetProperty("return"));
        Assert.Equal(Written.Commands, schema.Commands);
        Assert.Equal(Written.EnumValues("set", "disk.cache"), schema.EnumValues("set", "disk.cache"));
    }
}
