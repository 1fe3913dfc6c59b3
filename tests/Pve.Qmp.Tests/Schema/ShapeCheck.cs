using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Tests.Schema;

/// <summary>
/// Compares our types with those of one QEMU, member by member: each of ours must exist there exactly where its declaration says so, be of
/// the same JSON kind, and be written where QEMU needs it, or be null where QEMU may leave it out.
/// </summary>
internal sealed class ShapeCheck(QemuSchema qemu)
{
    private readonly HashSet<(Type, string, bool)> _seen = [];

    /// <summary>What differs, in words.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Members of QEMU's objects, and values of its enumerations, that our types do not have.</summary>
    public SortedSet<string> LeftOut { get; } = new(StringComparer.Ordinal);

    /// <summary>The open enumerations that were compared.</summary>
    public HashSet<Type> Names { get; } = [];

    public bool Exists(ICustomAttributeProvider member)
        => (Attribute<QmpSinceAttribute>(member)?.Version is not { } since || since <= qemu.Version)
            && (Attribute<QmpRemovedAttribute>(member)?.Version is not { } removed || qemu.Version < removed);

    public void Compare(JsonTypeInfo ours, string theirs, bool written, string path)
    {
        if (!_seen.Add((ours.Type, theirs, written)))
        {
            return;
        }

        var type = Nullable.GetUnderlyingType(ours.Type) ?? ours.Type;
        if (type == typeof(JsonElement))
        {
            return; // whatever it is
        }

        if (qemu.Kind(theirs) == "alternate")
        {
            CompareAlternate(ours, type, theirs, written, path);
        }
        else if (IsOpenName(type))
        {
            CompareNames(type, theirs, path);
        }
        else if (Builtin(type) is { } builtin)
        {
            Expect(builtin == theirs || (builtin == "number" && theirs == "int"), $"{path} is {theirs} for QEMU, and {builtin} for us");
        }
        else if (ours.Kind == JsonTypeInfoKind.Enumerable)
        {
            if (Expect(qemu.Kind(theirs) == "array", $"{path} is no array for QEMU"))
            {
                Compare(ours.Options.GetTypeInfo(ours.ElementType!), qemu.Parts(theirs)[0], written, path);
            }
        }
        else if (Expect(qemu.Kind(theirs) is "object" or "union", $"{path} is no object for QEMU"))
        {
            CompareObject(ours, theirs, written, path);
        }
    }

    private void CompareObject(JsonTypeInfo ours, string theirs, bool written, string path)
    {
        if (ours.Type == typeof(TransactionAction) || ours.Type == typeof(ChardevBackend))
        {
            CompareFactories(ours, theirs, path);
        }
        else if (ours.PolymorphismOptions is { } cases)
        {
            CompareMembers(ours, qemu.Members(theirs), written, path);
            foreach (var derived in cases.DerivedTypes)
            {
                CompareCase(ours.Options.GetTypeInfo(derived.DerivedType), theirs, written, path);
            }
        }
        else
        {
            CompareMembers(ours, [.. qemu.AllMembers(theirs)], written, path);
        }
    }

    // A type for one case of a union says which by a constant; the one for all others takes it as an argument, and has none here.
    private void CompareCase(JsonTypeInfo ours, string union, bool written, string path)
    {
        var tag = ours.Properties.Single(property => property.Name == qemu.Tag(union));
        var value = tag.Get!(RuntimeHelpers.GetUninitializedObject(ours.Type))?.ToString();
        if (string.IsNullOrEmpty(value))
        {
            CompareMembers(ours, qemu.Members(union), written, path);
        }
        else if (Expect(qemu.Cases(union).TryGetValue(value, out var added), $"{path} has no case {value}"))
        {
            CompareMembers(ours, [.. qemu.Members(union), .. qemu.Members(added!)], written, $"{path}({value})");
        }
    }

    // A case of its own for each static method, named as QEMU names it, with the arguments that it wraps.
    private void CompareFactories(JsonTypeInfo ours, string union, string path)
    {
        var cases = qemu.Cases(union);
        foreach (var factory in ours.Type.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.ReturnType == ours.Type))
        {
            var name = JsonNamingPolicy.KebabCaseLower.ConvertName(factory.Name);
            if (Expect(cases.TryGetValue(name, out var wrapper), $"{path} has no case {name}") && factory.GetParameters() is [var parameter])
            {
                Compare(ours.Options.GetTypeInfo(parameter.ParameterType), qemu.Members(wrapper!).Single().Type, written: true, $"{path}({name})");
            }
        }
    }

    private void CompareMembers(JsonTypeInfo ours, IReadOnlyList<QemuMember> theirs, bool written, string path)
    {
        foreach (var property in ours.Properties.Where(property => !property.IsExtensionData))
        {
            var name = $"{path}.{property.Name}";
            var found = theirs.Where(member => member.Name == property.Name).ToList();
            if (!Expect(found.Count > 0 == Exists(property.AttributeProvider!),
                $"{name} is {(found.Count > 0 ? "there" : "missing")}, unlike its declaration in {ours.Type.Name}") || found.Count == 0)
            {
                continue;
            }

            CompareValue(ours, property, found, written, name);
            var mayBeMissing = found.Any(member => member.Optional) || found.Count > 1;
            var declared = Attribute<QmpOptionalAttribute>(property.AttributeProvider!)?.Since;
            Expect(declared is null || declared <= qemu.Version == mayBeMissing, $"{name} may {(mayBeMissing ? "" : "not ")}be missing, unlike its declaration");
            if (written)
            {
                Expect(mayBeMissing || declared is not null || !CanBeLeftOut(property), $"QEMU needs {name}, and we may leave it out");
                Expect(CanBeLeftOut(property) || IsInAll(property), $"{name} is not in every QEMU, and we always write it");
                Expect(!mayBeMissing || CanBeLeftOut(property), $"QEMU may do without {name}, and we always write it");
            }
            else
            {
                Expect(!mayBeMissing || property.IsGetNullable, $"QEMU may leave {name} out, and for us it is never null");
            }
        }

        LeftOut.UnionWith(theirs.Select(member => member.Name).Except(ours.Properties.Select(property => property.Name)).Select(name => $"{ours.Type.Name}.{name}"));
    }

    private void CompareValue(JsonTypeInfo ours, JsonPropertyInfo property, List<QemuMember> theirs, bool written, string path)
    {
        var converter = Attribute<JsonConverterAttribute>(property.AttributeProvider!)?.ConverterType;
        if (converter == typeof(LegacySocketAddressConverter))
        {
            foreach (var wrapper in qemu.Cases(theirs[0].Type).Values)
            {
                var data = qemu.Members(wrapper).Single(member => member.Name == "data");
                var unknown = qemu.Members(data.Type).Select(member => member.Name).Except(Wire(typeof(SocketAddress), ours));
                Expect(!unknown.Any(), $"{path} has {string.Join(", ", unknown)} besides");
            }
        }
        else if (converter?.IsSubclassOf(typeof(TimeConverter)) == true)
        {
            Expect(theirs.All(member => member.Type == "int"), $"{path} is no whole number for QEMU");
            var unit = UnitIn(property.Name);
            Expect(unit is null || unit == converter, $"{path} is not counted in what its name says");
        }
        else if (converter == typeof(MillisecondsListConverter))
        {
            Expect(qemu.Parts(theirs[0].Type) is ["int"], $"{path} is no list of whole numbers for QEMU");
        }
        else if (property.PropertyType == typeof(string) && theirs.All(member => qemu.Kind(member.Type) == "enum"))
        {
            Expect(IsTag(property.Name), $"{path} is an enumeration for QEMU, and a text for us");
        }
        else
        {
            var type = ours.Options.GetTypeInfo(property.PropertyType);
            var types = theirs.Select(member => member.Type).Distinct().ToList();
            if (types.Count > 1 && type.Kind == JsonTypeInfoKind.Object && types.TrueForAll(name => qemu.Kind(name) == "object"))
            {
                // one type of ours for what several cases of a union have under the same name
                CompareMembers(type, [.. types.SelectMany(qemu.Members).Select(member => member with { Optional = true })], written, path);
            }
            else
            {
                types.ForEach(name => Compare(type, name, written, path));
            }
        }
    }

    private void CompareNames(Type ours, string theirs, string path)
    {
        if (theirs == "str" || !Expect(qemu.Kind(theirs) == "enum", $"{path} is no enumeration for QEMU"))
        {
            return; // where QEMU says less than it might
        }

        Names.Add(ours);
        var values = qemu.Parts(theirs);
        var known = ours.GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(field => field.GetValue(null)!.ToString()!);
        foreach (var (name, field) in known)
        {
            Expect(values.Contains(name) == Exists(field), $"{ours.Name}.{field.Name} is {(values.Contains(name) ? "there" : "missing")} at {path}, unlike its declaration");
        }

        LeftOut.UnionWith(values.Except(known.Keys).Select(name => $"{ours.Name}={name}"));
    }

    private void CompareAlternate(JsonTypeInfo ours, Type type, string theirs, bool written, string path)
    {
        var choices = qemu.Parts(theirs);
        if (type == typeof(BlockdevRef) || type == typeof(BitmapSource))
        {
            Expect(choices.Contains("str"), $"{path} can be no name for QEMU");
            var node = choices.Single(choice => qemu.Kind(choice) is "object" or "union");
            if (type == typeof(BlockdevRef))
            {
                Compare(ours.Options.GetTypeInfo(typeof(BlockdevOptions)), node, written, path);
            }
            else
            {
                Expect(qemu.Members(node).Select(member => member.Name).Order().SequenceEqual(["name", "node"]), $"{path} has other members");
            }
        }
        else
        {
            Expect(Builtin(type) is { } builtin && choices.Contains(builtin), $"{path} can be {string.Join(", ", choices)} for QEMU, and not {type.Name}");
        }
    }

    // The schema has no units, but some names do.
    private static Type? UnitIn(string name) => name.Split('-', '_')[^1] switch
    {
        "ns" or "nsec" => typeof(NanosecondsConverter),
        "us" => typeof(MicrosecondsConverter),
        "ms" => typeof(MillisecondsConverter),
        "sec" or "seconds" => typeof(SecondsConverter),
        _ => null,
    };

    private static bool IsTag(string name) => name is "type" or "driver" or "qom-type" or "transport";

    // What is never null is always written; a parameter of the constructor counts as given.
    private static bool CanBeLeftOut(JsonPropertyInfo property)
        => property.IsGetNullable && !property.IsRequired && property.AssociatedParameter is not { IsMemberInitializer: false, HasDefaultValue: false };

    private static bool IsInAll(JsonPropertyInfo property)
        => Attribute<QmpSinceAttribute>(property.AttributeProvider!) is null && Attribute<QmpRemovedAttribute>(property.AttributeProvider!) is null;

    private static HashSet<string> Wire(Type type, JsonTypeInfo any) => [.. any.Options.GetTypeInfo(type).Properties.Select(property => property.Name)];

    private static T? Attribute<T>(ICustomAttributeProvider member)
        where T : Attribute
        => member.GetCustomAttributes(typeof(T), inherit: false).OfType<T>().SingleOrDefault();

    private static bool IsOpenName(Type type) => type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IOpenName<>));

    private static string? Builtin(Type type) => type switch
    {
        _ when type == typeof(string) => "str",
        _ when type == typeof(long) || type == typeof(int) || type == typeof(ulong) => "int",
        _ when type == typeof(double) => "number",
        _ when type == typeof(bool) => "bool",
        _ => null,
    };

    private bool Expect(bool holds, string fault)
    {
        if (!holds)
        {
            Faults.Add(fault);
        }

        return holds;
    }
}
