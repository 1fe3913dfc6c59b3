namespace Mtunnel.Hosting;

/// <summary>Files that only their owner reads, whole or not at all.</summary>
internal static class PrivateFile
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write(string path, string text)
    {
        var draft = path + ".new";
        File.Delete(draft); // were it a link, it would lead elsewhere
        using (var file = new StreamWriter(new FileStream(
            draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mode })))
        {
            file.Write(text);
        }

        File.Move(draft, path, overwrite: true);
    }
}
