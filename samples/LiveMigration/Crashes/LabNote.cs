using System.Text.Json;
using System.Text.Json.Serialization;
using Pve.Migration.Testing;

namespace LiveMigration.Crashes;

/// <summary>Where both QEMUs of a migration are, kept beside its journal for whoever recovers it.</summary>
/// <param name="Folder">What both keep their files in.</param>
/// <param name="Source">The source.</param>
/// <param name="Target">The target.</param>
internal sealed record LabNote(string Folder, LabNote.Qemu Source, LabNote.Qemu Target)
{
    public static Task WriteAsync(string journal, GuestHost source, GuestHost target, CancellationToken cancellationToken)
        => File.WriteAllTextAsync(
            PathOf(journal),
            JsonSerializer.Serialize(new LabNote(Path.GetDirectoryName(source.Folder)!, Of(source), Of(target)), LabNoteJson.Default.LabNote),
            cancellationToken);

    /// <exception cref="LabException">There is one: a pair was left, which nobody would find again once this is written over.</exception>
    public static void ThrowIfLeft(string journal)
    {
        if (File.Exists(PathOf(journal)))
        {
            throw new LabException($"--journal {journal}: a pair of QEMUs was left there ({PathOf(journal)}); end that one first: --recover {journal}.");
        }
    }

    /// <exception cref="LabException">There is none, or it is none.</exception>
    public static async Task<LabNote> ReadAsync(string journal, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize(await File.ReadAllTextAsync(PathOf(journal), cancellationToken), LabNoteJson.Default.LabNote)
                ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new LabException($"--recover {journal}: {PathOf(journal)}, which tells where both QEMUs are, cannot be read: {e.Message}");
        }
    }

    public static void Delete(string journal) => File.Delete(PathOf(journal));

    private static string PathOf(string journal) => journal + ".lab";

    private static Qemu Of(GuestHost host) => new(host.Process.Pid, host.Process.WatchPath);

    /// <summary>One of both.</summary>
    /// <param name="Pid">Its process.</param>
    /// <param name="Monitor">Its monitor's socket.</param>
    internal sealed record Qemu(int Pid, string Monitor);
}

[JsonSerializable(typeof(LabNote))]
internal sealed partial class LabNoteJson : JsonSerializerContext;
