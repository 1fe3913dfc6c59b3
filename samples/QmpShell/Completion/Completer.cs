using Pve.Qmp;
using QmpShell.Language;

namespace QmpShell.Completion;

/// <summary>What may stand at the cursor, by the schema of the QEMU at the other end.</summary>
internal sealed class Completer(QmpSchema schema)
{
    private static readonly string[] OwnWords = ["exit", "help", "hmp"];

    public CompletionResult Complete(string line, int cursor)
    {
        var before = WordScanner.Scan(line[..cursor]);
        if (before.Count == 0 || (before[^1].End < cursor && before[^1].Open is null))
        {
            before.Add(new Word(cursor, "", null));
        }

        var word = before[^1];
        var choices = before switch
        {
            [{ Text: ['{', ..] }, ..] => [],
            [_] => Names([.. schema.Commands, .. OwnWords], word.Text),
            [{ Text: "help" or "?" }, _] => Names([.. schema.Commands, .. schema.Events], word.Text),
            [{ Text: "hmp" or "(hmp)" }, ..] => [],
            [{ Text: "help" or "?" }, var command, ..] => Arguments(command.Text, line, word),
            [var command, ..] => Arguments(command.Text, line, word),
            _ => [],
        };
        return CompletionResult.Of(word.Start, word.Text, choices);
    }

    private static List<Choice> Names(IEnumerable<string> names, string word)
        => [.. names.Where(name => name.StartsWith(word, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => new Choice(name, name, " "))];

    private List<Choice> Arguments(string command, string line, Word word)
    {
        if (schema.FindCommand(command) is not { } found)
        {
            return [];
        }

        var given = new Given(WordScanner.Scan(line).Where(other => other.Start != word.Start));
        var path = word.Key[..(word.Key.LastIndexOf('.') + 1)];
        var members = ArgumentWalk.MembersAt(found.Arguments, path, given);
        return word.Value is null ? Keys(members, path, given, word.Text) : Values(members, path, word);
    }

    private static List<Choice> Keys(IEnumerable<QmpSchemaMember> members, string path, Given given, string word)
    {
        var choices = new List<Choice>();
        foreach (var member in members.OrderBy(member => member.IsOptional).ThenBy(member => member.Name, StringComparer.Ordinal))
        {
            var key = path + member.Name;
            if (!key.StartsWith(word, StringComparison.Ordinal) || given.Has(key))
            {
                continue;
            }

            if (ArgumentWalk.IsPlain(member.Type))
            {
                choices.Add(Key(key + "=", member));
            }

            if (ArgumentWalk.IsNested(member.Type))
            {
                choices.Add(Key(key + ".", member));
            }
        }

        return choices;
    }

    private static Choice Key(string text, QmpSchemaMember member) => new(text, member.IsOptional ? $"[{text}]" : text, "");

    private static List<Choice> Values(IEnumerable<QmpSchemaMember> members, string path, Word word)
        => members.FirstOrDefault(member => path + member.Name == word.Key) is not { } member ? []
            : [.. ArgumentWalk.ValuesOf(member.Type)
                .Where(value => value.StartsWith(word.Value!, StringComparison.Ordinal))
                .Select(value => new Choice($"{word.Key}={value}", value, " "))];
}
