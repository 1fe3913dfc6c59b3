using System.Globalization;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>
/// Which volumes were made here for a VM, in a file, so that the next mtunnel knows: <c>scsi0 STORAGE FILE BYTES</c>, one a line. It has a
/// second name once the guest was asked to run, and is gone when the guest runs: from then on its disks are its own.
/// </summary>
internal sealed class VolumeRecord(GuestPaths paths)
{
    private const int MaxVolumes = 100;

    /// <summary>Whether the guest was asked to run, and may have written to them.</summary>
    public bool IsAsked => File.Exists(paths.AskedVolumes);

    /// <exception cref="MtunnelRefusedException">It is damaged.</exception>
    public IReadOnlyList<Volume> Read()
    {
        var file = IsAsked ? paths.AskedVolumes : paths.Volumes;
        return File.Exists(file) ? [.. File.ReadLines(file).Where(line => line.Length > 0).Select(Parse)] : [];
    }

    public void Add(Volume volume)
    {
        var others = Read();
        if (others.Count >= MaxVolumes)
        {
            throw new MtunnelRefusedException($"VM {paths.Vmid} has {MaxVolumes} disks already");
        }

        PrivateFile.Write(IsAsked ? paths.AskedVolumes : paths.Volumes, string.Concat([.. others.Append(volume).Select(Line)]));
    }

    // Inside the pause: one rename, and only where there is something.
    public void Ask()
    {
        if (File.Exists(paths.Volumes))
        {
            File.Move(paths.Volumes, paths.AskedVolumes, overwrite: true);
        }
    }

    public void Forget()
    {
        File.Delete(paths.Volumes);
        File.Delete(paths.AskedVolumes);
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
