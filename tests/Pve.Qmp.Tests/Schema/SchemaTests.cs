using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Tests.Schema;

/// <summary>Checks every typed command and event against what QEMU 7.2 and 10.0 say of it.</summary>
public sealed class SchemaTests
{
    private static readonly PropertyInfo[] AllCommands = typeof(QmpCommands).GetProperties();
    private static readonly PropertyInfo[] AllEvents = typeof(QmpEvents).GetProperties();

    public static TheoryData<string> Commands => [.. AllCommands.Select(property => property.Name)];

    public static TheoryData<string> Events => [.. AllEvents.Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_is_as_QEMU_has_it(string property)
        => AssertAgreed(typeof(QmpCommands).GetProperty(property)!);

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_is_as_QEMU_has_it(string property)
        => AssertAgreed(typeof(QmpEvents).GetProperty(property)!);

    [Fact]
    public void Every_open_enumeration_was_compared()
    {
        var compared = QemuSchema.All.SelectMany(qemu => CompareAll(qemu).Names).ToHashSet();
        var ours = typeof(QmpCommands).Assembly.GetExportedTypes()
            .Where(type => type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IOpenName<>)));
        Assert.Equal(ours.OrderBy(type => type.Name), compared.OrderBy(type => type.Name));
    }

    [Fact]
    public void What_is_left_out_is_left_out_on_purpose()
    {
        var leftOut = new SortedSet<string>(QemuSchema.All.SelectMany(qemu => CompareAll(qemu).LeftOut), StringComparer.Ordinal);
        Assert.Equal(string.Join('\n', LeftOut.Members), string.Join('\n', leftOut));
        Assert.Equal(LeftOut.Events, QemuSchema.All.SelectMany(qemu => qemu.Events).Distinct().Except(AllEvents.Select(Name)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(typeof(WithTypo), "query-name.nam is missing")]
    [InlineData(typeof(WithKind), "query-name.name is str for QEMU, and int for us")]
    [InlineData(typeof(NeverNull), "QEMU may leave query-name.name out")]
    [InlineData(typeof(StaleSince), "query-name.name is there, unlike its declaration")]
    [InlineData(typeof(StaleRemoval), "query-name.name is there, unlike its declaration")]
    public void The_check_sees(Type wrong, string fault)
        => Assert.StartsWith(fault, Assert.Single(CheckResult(wrong, "query-name")), StringComparison.Ordinal);

    [Theory]
    [InlineData(typeof(Forgetful), "job-pause", "QEMU needs job-pause.id")]
    [InlineData(typeof(TooNew), "job-pause", "job-pause.id is there, unlike its declaration")]
    [InlineData(typeof(Eager), "query-named-block-nodes", "QEMU may do without query-named-block-nodes.flat, and we always write it")]
    public void The_check_of_arguments_sees(Type wrong, string command, string fault)
    {
        var qemu = QemuSchema.All[0];
        var check = new ShapeCheck(qemu);
        check.Compare(Info(wrong), qemu.Command(command)!.Value.Takes, written: true, command);
        Assert.StartsWith(fault, Assert.Single(check.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void The_check_of_times_sees_another_unit()
    {
        var qemu = QemuSchema.All[0];
        var stats = qemu.Parts(qemu.Command("query-blockstats")!.Value.Returns)[0];
        var check = new ShapeCheck(qemu);
        check.Compare(Info(typeof(WrongUnit)), qemu.Members(stats).Single(member => member.Name == "stats").Type, written: false, "stats");
        Assert.Equal("stats.rd_total_time_ns is not counted in what its name says", Assert.Single(check.Faults));
    }

    private static void AssertAgreed(PropertyInfo property)
    {
        foreach (var qemu in QemuSchema.All)
        {
            var faults = Compare(new ShapeCheck(qemu), qemu, property).Faults;
            Assert.True(faults.Count == 0, $"Not as QEMU {qemu.Version} has it: {string.Join("; ", faults)}");
        }
    }

    private static List<string> CheckResult(Type ours, string command)
    {
        var qemu = QemuSchema.All[1];
        var check = new ShapeCheck(qemu);
        check.Compare(Info(ours), qemu.Command(command)!.Value.Returns, written: false, command);
        return check.Faults;
    }

    private static ShapeCheck CompareAll(QemuSchema qemu)
    {
        var check = new ShapeCheck(qemu);
        foreach (var property in AllCommands.Concat(AllEvents))
        {
            Compare(check, qemu, property);
        }

        return check;
    }

    private static ShapeCheck Compare(ShapeCheck check, QemuSchema qemu, PropertyInfo property)
    {
        dynamic ours = property.GetValue(null)!;
        string name = ours.Name;
        var isEvent = property.DeclaringType == typeof(QmpEvents);
        if ((isEvent ? qemu.Event(name) is not null : qemu.Command(name) is not null) != check.Exists(property))
        {
            check.Faults.Add($"{qemu.Version} and the declaration of {property.Name} do not agree on whether {name} exists");
        }
        else if (qemu.Event(name) is { } data)
        {
            check.Compare((JsonTypeInfo)ours.Data, data, written: false, name);
        }
        else if (qemu.Command(name) is var (takes, returns, outOfBand))
        {
            check.Compare((JsonTypeInfo)ours.Arguments, takes, written: true, name);
            check.Compare((JsonTypeInfo)ours.Result, returns, written: false, name);
            if (outOfBand != (bool)ours.AllowOutOfBand)
            {
                check.Faults.Add($"{name} may {(outOfBand ? "" : "not ")}go out of band");
            }
        }

        return check;
    }

    private static string Name(PropertyInfo property)
    {
        dynamic ours = property.GetValue(null)!;
        return ours.Name;
    }

    private static JsonTypeInfo Info(Type type) => new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        RespectNullableAnnotations = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    }.GetTypeInfo(type);

    private sealed record WithTypo(string? Nam);

    private sealed record WithKind(long? Name);

    private sealed record NeverNull(string Name);

    private sealed record StaleSince
    {
        [QmpSince("10.1")]
        public string? Name { get; init; }
    }

    private sealed record StaleRemoval
    {
        [QmpRemoved("10.0")]
        public string? Name { get; init; }
    }

    private sealed record Forgetful(string? Id = null);

    private sealed record Eager(bool Flat);

    private sealed record WrongUnit
    {
        [JsonPropertyName("rd_total_time_ns")]
        [JsonConverter(typeof(MicrosecondsConverter))]
        public TimeSpan RdTotalTime { get; init; }
    }

    private sealed record TooNew
    {
        [QmpSince("9.0")]
        [JsonRequired]
        public string? Id { get; init; }
    }
}
