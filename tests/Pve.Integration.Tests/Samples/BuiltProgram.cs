namespace Pve.Integration.Tests.Samples;

/// <summary>Where the samples' programs were built.</summary>
internal static class BuiltProgram
{
    // The copies beside the tests lack what the tests' own framework brings (ASP.NET Core), so each is started where it was built.
    private static readonly Dictionary<string, string> Projects = new()
    {
        ["downtimelab"] = "DowntimeLab",
        ["livemigration"] = "LiveMigration",
        ["mtunnel"] = "Mtunnel",
        ["qmpshell"] = "QmpShell",
    };

    /// <summary>The program's path, such as that of <c>mtunnel</c>.</summary>
    public static string PathOf(string program)
    {
        var tests = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(tests.Parent!.Parent!.FullName, Projects[program.ToLowerInvariant()], tests.Name, program);
    }
}
