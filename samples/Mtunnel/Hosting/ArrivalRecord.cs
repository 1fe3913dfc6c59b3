using System.Globalization;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>
/// How far a VM has come here, and which volumes were made for it, in a file, so that the next mtunnel knows: <c>scsi0 STORAGE FILE BYTES</c>, one a
/// line. Its name says how far: made, started, asked to run, has run. From when on a guest runs its disks are its own.
/// </summary>
internal sealed class ArrivalRecord(GuestPaths paths)
{
    private const int MaxVolumes = 100;

    /// <summary>Whether a QEMU was started for it, which somebody may have let run past this host.</summary>
    public bool IsStarted => File.Exists(paths.Started);

    /// <summary>Whether the guest was asked to run, and may have written to its disks.</summary>
    public bool IsAsked => File.Exists(paths.Asked) || File.Exists(paths.Ran);

    private string? Current => File.Exists(paths.Asked) ? paths.Asked : File.Exists(paths.Started) ? paths.Started : File.Exists(paths.Made) ? paths.Made : null;

    /// <exception cref="MtunnelRefusedException">It is damaged.</exception>
    public IReadOnlyList<Volume> Read()
        => Current is { } file ? [.. File.ReadLines(file).Where(line => line.Length > 0).Select(Parse)] : [];

    public void Add(Volume volume)
    {
        var others = Read();
        if (others.Count >= MaxVolumes)
        {
            throw new MtunnelRefusedException($"VM {paths.Vmid} has {MaxVolumes} disks already");
        }

        File.Delete(paths.Ran); // that was another time
        PrivateFile.Write(Current ?? paths.Made, string.Concat([.. others.Append(volume).Select(Line)]));
    }

    public void Start()
    {
        File.Delete(paths.Ran);
        if (Current is null)
        {
            PrivateFile.Open(paths.Started, FileMode.CreateNew).Dispose();
        }
        else if (Current == paths.Made)
        {
            File.Move(paths.Made, paths.Started);
        }
    }

    /// <summary>The QEMU that was started is gone, and nobody can have let it run.</summary>
    public void TakeStartBack()
    {
        if (IsStarted)
        {
            File.Move(paths.Started, paths.Made);
        }
    }

    // Inside the pause: one rename.
    public void Ask()
    {
        if (Current is not { } current)
        {
            PrivateFile.Open(paths.Asked, FileMode.Create).Dispose();
        }
        else if (current != paths.Asked)
        {
            File.Move(current, paths.Asked);
        }
    }

    public void Run() => File.Move(paths.Asked, paths.Ran, overwrite: true);

    /// <summary>The source has nothing more to say.</summary>
    public void Arrive() => File.Delete(paths.Ran);

    public void Forget()
    {
        foreach (var file in new[] { paths.Made, paths.Started, paths.Asked, paths.Ran })
        {
            File.Delete(file);
        }
    }

    private static string Line(Volume volume)
        => string.Create(CultureInfo.InvariantCulture, $"{volume.Drive} {volume.Storage} {volume.File} {volume.Bytes}\n");

    // what it says becomes a path that is deleted, and so is judged as if a peer had said it
    private Volume Parse(string line)
        => line.Split(' ') is [var drive, var storage, var file, var size]
            && Names.IsDrive(drive) && Names.IsStorage(storage) && VolumeName.FormatOf(file, paths.Vmid) is { } format
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                ? new Volume(drive, storage, file, format, bytes)
                : throw new MtunnelRefusedException($"the record of VM {paths.Vmid}'s disks is damaged; nothing is done with them");
}
