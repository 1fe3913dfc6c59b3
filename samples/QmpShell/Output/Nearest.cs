namespace QmpShell.Output;

/// <summary>Names that somebody may have meant.</summary>
internal static class Nearest
{
    private const int Most = 5;

    /// <summary>The names that contain <paramref name="name"/>, as the end of a sentence; <paramref name="otherwise"/> where there are none.</summary>
    public static string To(string name, IEnumerable<string> names, string otherwise)
    {
        var near = names.Where(known => known.Contains(name, StringComparison.OrdinalIgnoreCase)).Take(Most).ToList();
        return near.Count > 0 ? $"there is {string.Join(", ", near)}" : otherwise;
    }
}
