using System.Globalization;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>Makes disks for a VM that is to come, and removes those it made, never others.</summary>
internal sealed class DiskStore(string? disks, string qemuImg, TimeProvider time)
{
    private const int MaxNumber = 999;

    /// <summary>Where a storage's folder is missing nothing is made: to add one is the administrator's.</summary>
    /// <exception cref="MtunnelRefusedException">It cannot be made, and nothing is left of it.</exception>
    public async Task<Volume> AllocateAsync(GuestPaths paths, DiskRequest wanted, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(disks!, wanted.Storage);
        if (!Directory.Exists(folder))
        {
            throw new MtunnelRefusedException("storage: there is no such storage here");
        }

        var volume = Reserve(paths.Vmid, folder, wanted);
        var file = volume.PathIn(disks!);
        try
        {
            await CreateAsync(volume, file, folder, cancellationToken);
            new ArrivalRecord(paths).Add(volume);
            return volume;
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    /// <summary>Removes all that were made for the VM and that it has not run on.</summary>
    /// <exception cref="MtunnelRefusedException">One is not where it was made, or the record is damaged.</exception>
    public void RemoveAll(GuestPaths paths)
    {
        var record = new ArrivalRecord(paths);
        foreach (var volume in record.Read())
        {
            var file = volume.PathIn(disks ?? throw new MtunnelRefusedException($"VM {paths.Vmid} has disks, which only a tunnel with --disk-dir can remove"));
            if (File.Exists(file))
            {
                File.Delete(file);
            }
        }

        record.Forget();
    }

    // The empty file is ours alone from its first moment, readable by nobody else, and no link: qemu-img only fills it.
    private static Volume Reserve(int vmid, string folder, DiskRequest wanted)
    {
        for (var number = 0; number <= MaxNumber; number++)
        {
            var name = VolumeName.Of(vmid, number, wanted.Format);
            try
            {
                PrivateFile.Open(Path.Combine(folder, name), FileMode.CreateNew).Dispose();
                return new Volume(wanted.Drive, wanted.Storage, name, wanted.Format, wanted.Bytes);
            }
            catch (IOException) when (Path.Exists(Path.Combine(folder, name)) || new FileInfo(Path.Combine(folder, name)).LinkTarget is not null)
            {
                // taken
            }
        }

        throw new MtunnelRefusedException("storage: the VM has no number left for a disk there");
    }

    private async Task CreateAsync(Volume volume, string file, string folder, CancellationToken cancellationToken)
    {
        string[] line = [qemuImg, "create", "-q", "-f", volume.Format, file, volume.Bytes.ToString(CultureInfo.InvariantCulture)];
        using var child = Child.Start(line, folder, staysBehind: false, time);
        try
        {
            if (await child.Exited.WaitAsync(cancellationToken) is not 0 and var code)
            {
                throw new MtunnelRefusedException($"{qemuImg} ended with exit code {code}: {child.Said}");
            }
        }
        catch (OperationCanceledException)
        {
            await child.EndAsync(TimeSpan.Zero);
            throw;
        }
    }
}
