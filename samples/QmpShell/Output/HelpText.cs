using Pve.Qmp;
using QmpShell.Completion;
using QmpShell.Language;
using Spectre.Console;

namespace QmpShell.Output;

/// <summary>What <c>help</c> says, from the schema of the QEMU at the other end.</summary>
internal sealed class HelpText(QmpSchema schema, int width, bool colours)
{
    private const string Usage = """
        NAME key=value …         a QMP command; a.b=value goes into an object; values
                                 are JSON where they parse as JSON, 'in quotes' text
        {"execute": "NAME", …}   the same as JSON; exec-oob overtakes the commands
                                 that wait in QEMU
        hmp LINE                 a line of the human monitor, such as: hmp info status
        help NAME [key=value …]  the arguments of a command, or the data of an event
        exit, Ctrl-D             leaves the shell; the VM goes on (quit is QEMU's: it
                                 ends the VM)
        Tab completes, Ctrl-R searches the history, Ctrl-C stops waiting for QEMU.
        """;

    /// <summary>The help for <paramref name="topic"/>, or what can be typed.</summary>
    /// <exception cref="LineException">There is no such command or event.</exception>
    public string Write(string? topic)
    {
        if (topic is null)
        {
            return $"{Usage}\n\n{Rendering.InColumns(schema.Commands, width)}";
        }

        var words = WordScanner.Scan(topic);
        var name = words[0].Text;
        if (schema.FindCommand(name) is { } command)
        {
            return Write(command, new Given(words));
        }

        return schema.FindEvent(name) is { } found
            ? Table($"event {name}", found.Features, ArgumentWalk.MembersAt(found.Data, "", new Given(words)), found.Data, "no data")
            : throw new LineException($"this QEMU knows no command or event '{name}'; {Nearest.To(name, schema.Commands.Concat(schema.Events), "help lists the commands")}");
    }

    private string Write(QmpSchemaCommand command, Given given)
    {
        var returns = command.Result is { Kind: QmpSchemaKind.Object, Members.Count: 0 } ? "" : $" → {command.Result}";
        var members = ArgumentWalk.MembersAt(command.Arguments, "", given);
        IEnumerable<string> notes = command.AllowsOutOfBand ? ["out of band", .. command.Features] : command.Features;
        var text = Table(command.Name + returns, notes, members, command.Arguments, command.HasUnlistedArguments ? "" : "no arguments");
        return command.HasUnlistedArguments ? $"{text}\n  and arguments that the schema does not list".Trim('\n') : text;
    }

    private string Table(string title, IEnumerable<string> notes, IReadOnlyList<QmpSchemaMember> members, QmpSchemaType type, string empty)
    {
        var extra = string.Join(", ", notes);
        var heading = extra.Length > 0 ? $"{title} ({extra})" : title;
        if (members.Count == 0)
        {
            return empty.Length > 0 ? $"{heading}: {empty}" : heading;
        }

        var table = new Grid().AddColumn(new GridColumn().NoWrap().Padding(2, 0, 2, 0)).AddColumn(new GridColumn().NoWrap().Padding(0, 0, 2, 0)).AddColumn();
        foreach (var member in members.OrderBy(member => member.IsOptional))
        {
            table.AddRow(
                new Text(member.IsOptional ? $"[{member.Name}]" : member.Name, member.IsOptional ? Style.Plain : new Style(decoration: Decoration.Bold)),
                new Text(Describe(member.Type), new Style(Color.Aqua)),
                new Text(Details(member, type)));
        }

        return $"{heading}\n{Rendering.ToText(table, width, colours)}";
    }

    private static string Describe(QmpSchemaType type) => ArgumentWalk.IsNested(type) && type.Kind == QmpSchemaKind.Object ? "object" : type.ToString();

    private static string Details(QmpSchemaMember member, QmpSchemaType owner)
    {
        var details = new List<string>();
        var values = string.Join(' ', ArgumentWalk.ValuesOf(member.Type).Where(_ => member.Type.Kind == QmpSchemaKind.Enum));
        if (values.Length > 0)
        {
            details.Add(values);
        }

        if (member.Name == owner.Discriminator && owner.Variants.Any(variant => variant.Type.Members.Count > 0))
        {
            details.Add($"(help … {member.Name}=VALUE shows what else it takes)");
        }

        if (member.Features.Count > 0)
        {
            details.Add($"({string.Join(", ", member.Features)})");
        }

        return string.Join(' ', details);
    }
}
