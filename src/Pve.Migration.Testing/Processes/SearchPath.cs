namespace Pve.Migration.Testing.Processes;

/// <summary>Finds a binary as a shell does.</summary>
internal static class SearchPath
{
    public static string? Find(string binary)
    {
        if (binary.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(binary) ? Path.GetFullPath(binary) : null;
        }

        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return directories.Select(directory => Path.Combine(directory, binary)).FirstOrDefault(File.Exists);
    }
}
