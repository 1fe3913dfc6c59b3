using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Commands;

namespace Pve.Qmp.Tests.Commands;

/// <summary>
/// Checks every command against what QEMU itself says of it. Schema/qemu-X.Y.txt is an excerpt of the value that QEMU X.Y returns to
/// <c>query-qmp-schema</c>, made by <c>Schema/excerpt.py schema.json</c>.
/// </summary>
public sealed class SchemaTests
{
    // What 7.2 does not have yet, and our names for it may be there all the same.
    private static readonly string[] NewerThan72 = ["postcopy-recover-setup"];

    public static TheoryData<string, string> Commands
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var property in typeof(QmpCommands).GetProperties())
            {
                data.Add("qemu-7.2", property.Name);
                data.Add("qemu-10.0", property.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_and_its_members_exist(string qemu, string property)
    {
        dynamic command = typeof(QmpCommands).GetProperty(property)!.GetValue(null)!;
        string name = command.Name;
        var lines = Excerpt(qemu);
        var heading = lines.FindIndex(line => line == $"command {name}" || line == $"command {name} oob");
        Assert.True(heading >= 0, $"{qemu} has no command {name}");
        Assert.Equal(lines[heading].EndsWith(" oob", StringComparison.Ordinal), (bool)command.AllowOutOfBand);
        Assert.Subset(Words(lines[heading + 1], "takes"), Members((JsonTypeInfo)command.Arguments));
        Assert.Subset(Words(lines[heading + 2], "returns"), Members((JsonTypeInfo)command.Result));
    }

    [Theory]
    [InlineData(typeof(RunState))]
    [InlineData(typeof(MigrationStatus))]
    [InlineData(typeof(MigrationCapability))]
    public void Known_names_are_QEMUs_names(Type type)
    {
        var names = type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)!.ToString()!).ToHashSet();
        Assert.NotEmpty(names);
        foreach (var qemu in new[] { "qemu-7.2", "qemu-10.0" })
        {
            var known = Words(Excerpt(qemu).Single(line => line.StartsWith($"enum {type.Name} ", StringComparison.Ordinal)), $"enum {type.Name}");
            Assert.Subset(known, qemu == "qemu-7.2" ? [.. names.Except(NewerThan72)] : names);
        }
    }

    private static HashSet<string> Members(JsonTypeInfo type, string prefix = "")
    {
        var members = new HashSet<string>();
        if (type.Kind == JsonTypeInfoKind.Enumerable)
        {
            return Members(type.Options.GetTypeInfo(type.ElementType!), prefix);
        }

        foreach (var property in type.Properties)
        {
            members.Add(prefix + property.Name);
            if (property.CustomConverter is null && property.PropertyType != typeof(string))
            {
                members.UnionWith(Members(type.Options.GetTypeInfo(property.PropertyType), prefix + property.Name + "."));
            }
        }

        return members;
    }

    private static HashSet<string> Words(string line, string label)
    {
        Assert.StartsWith(label, line.Trim(), StringComparison.Ordinal);
        return [.. line.Trim()[label.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static List<string> Excerpt(string qemu)
    {
        using var reader = new StreamReader(typeof(SchemaTests).Assembly.GetManifestResourceStream(qemu)!);
        return [.. reader.ReadToEnd().Split('\n')];
    }
}
