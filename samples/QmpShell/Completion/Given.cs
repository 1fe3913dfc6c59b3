using QmpShell.Language;

namespace QmpShell.Completion;

/// <summary>The arguments that a line gives already, by their dotted keys.</summary>
internal sealed class Given(IEnumerable<Word> words)
{
    private readonly Dictionary<string, string> _values = words
        .Where(word => word.Value is not null)
        .GroupBy(word => word.Key, word => word.Value!.Trim('\'', '"'))
        .ToDictionary(values => values.Key, values => values.First());

    public bool Has(string key) => _values.ContainsKey(key);

    public string? Find(string key) => _values.GetValueOrDefault(key);
}
