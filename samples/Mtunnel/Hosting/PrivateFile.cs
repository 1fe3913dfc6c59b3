namespace Mtunnel.Hosting;

/// <summary>Files that only their owner reads, whole or not at all.</summary>
internal static class PrivateFile
{
    public static void Write(string path, string text)
    {
        var draft = path + ".new";
        File.Delete(draft); // were it a link, it would lead elsewhere
        using (var file = new StreamWriter(Open(draft, FileMode.CreateNew)))
        {
            file.Write(text);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Opens one for nobody else at the same time.</summary>
    public static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
