using System.Globalization;
using System.Text;

namespace Pve.Migration.Tunnel;

// VMID.lease is open to one at a time, and names whose lease runs; VMID.NAME.tunnel is held open by a tunnel while it lives. On Linux
// FileShare.None is an flock that ends with its process, so that one that was killed counts no more.
internal sealed class DirectoryLeases(string directory, TimeProvider time) : IMtunnelLeases
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    public async Task<IMtunnelLease> JoinAsync(int vmid, CancellationToken cancellationToken = default)
    {
        var file = await OpenAsync(vmid, cancellationToken).ConfigureAwait(false);
        await using var _ = file.ConfigureAwait(false);
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{vmid}.{Guid.NewGuid():N}.tunnel"));
        var tunnel = new FileStream(path, Options(FileMode.CreateNew));
        file.SetLength(0); // nobody's lease runs any more
        return new Lease(this, vmid, tunnel);
    }

    private async Task<FileStream> OpenAsync(int vmid, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryOpen(LeaseOf(vmid), FileMode.OpenOrCreate) is { } file)
            {
                return file;
            }

            await Task.Delay(AskAgain, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private string LeaseOf(int vmid) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{vmid}.lease"));

    // Null where another has it open.
    private static FileStream? TryOpen(string path, FileMode mode)
    {
        try
        {
            return new FileStream(path, Options(mode));
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // whoever may read it may hold it
        }

        return options;
    }

    // .NET's code for a sharing violation: EWOULDBLOCK of flock here, 0x80070020 on Windows
    private static bool IsHeld(IOException e) => e.HResult is 11 or unchecked((int)0x80070020);

    private bool HasTunnel(int vmid)
    {
        var found = false;
        foreach (var path in Directory.EnumerateFiles(directory, string.Create(CultureInfo.InvariantCulture, $"{vmid}.*.tunnel")))
        {
            try
            {
                if (TryOpen(path, FileMode.Open) is not { } dead)
                {
                    found = true;
                    continue;
                }

                dead.Dispose();
                File.Delete(path); // its process is gone
            }
            catch (FileNotFoundException)
            {
                // it has just left
            }
        }

        return found;
    }

    private static async Task<string> ReadAsync(FileStream file, CancellationToken cancellationToken)
    {
        var holder = new byte[32];
        var length = await file.ReadAtLeastAsync(holder, holder.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return Encoding.ASCII.GetString(holder, 0, length);
    }

    private sealed class Lease(DirectoryLeases leases, int vmid, FileStream tunnel) : IMtunnelLease
    {
        private readonly string _name = Guid.NewGuid().ToString("N");
        private int _hasLeft;

        public ValueTask DisposeAsync()
        {
            TryLeave();
            return ValueTask.CompletedTask;
        }

        public async Task<bool> EndAsync(TimeSpan after, Func<Task> act, TimeProvider time, CancellationToken cancellationToken = default)
        {
            // First: of two that leave together, both see nobody, and the later one's lease replaces the other's.
            if (!TryLeave() || !await TryBeginAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            long began = time.GetTimestamp();
            TimeSpan left;
            while ((left = after - time.GetElapsedTime(began)) > TimeSpan.Zero)
            {
                await Task.Delay(left < LookAgain ? left : LookAgain, time, cancellationToken).ConfigureAwait(false);
                if (!await IsOursAsync(cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }

            var file = await leases.OpenAsync(vmid, cancellationToken).ConfigureAwait(false);
            await using var _ = file.ConfigureAwait(false);
            if (await ReadAsync(file, cancellationToken).ConfigureAwait(false) != _name)
            {
                return false;
            }

            file.SetLength(0);
            await act().ConfigureAwait(false);
            return true;
        }

        private bool TryLeave()
        {
            if (Interlocked.Exchange(ref _hasLeft, 1) != 0)
            {
                return false;
            }

            tunnel.Dispose();
            File.Delete(tunnel.Name);
            return true;
        }

        private async Task<bool> TryBeginAsync(CancellationToken cancellationToken)
        {
            var file = await leases.OpenAsync(vmid, cancellationToken).ConfigureAwait(false);
            await using var _ = file.ConfigureAwait(false);
            if (leases.HasTunnel(vmid))
            {
                return false;
            }

            file.SetLength(0);
            await file.WriteAsync(Encoding.ASCII.GetBytes(_name), cancellationToken).ConfigureAwait(false);
            return true;
        }

        // One that is open to another is looked at the next time.
        private async Task<bool> IsOursAsync(CancellationToken cancellationToken)
        {
            if (TryOpen(leases.LeaseOf(vmid), FileMode.OpenOrCreate) is not { } file)
            {
                return true;
            }

            await using var _ = file.ConfigureAwait(false);
            return await ReadAsync(file, cancellationToken).ConfigureAwait(false) == _name;
        }
    }
}
