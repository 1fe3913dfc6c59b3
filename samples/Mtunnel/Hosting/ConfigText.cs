namespace Mtunnel.Hosting;

/// <summary>A VM's configuration as text: "name: value" lines, then sections such as [snapshot], whose locks are not the VM's.</summary>
internal static class ConfigText
{
    private const string Lock = "lock:";

    public static string Locked(string text) => $"{Lock} migrate\n{Unlocked(text)}";

    public static string Unlocked(string text)
    {
        var lines = text.Split('\n');
        var main = lines.TakeWhile(line => !line.StartsWith('[')).Count();
        return string.Join('\n', lines.Where((line, number) => number >= main || !IsLock(line)));
    }

    public static bool IsLocked(string text) => text.Split('\n').TakeWhile(line => !line.StartsWith('[')).Any(IsLock);

    private static bool IsLock(string line) => line.StartsWith(Lock, StringComparison.Ordinal);
}
