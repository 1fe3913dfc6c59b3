using System.Globalization;
using System.Text;

namespace Pve.Migration.Tunnel;

// The newest holder's name in a file, which is open to one at a time: on Linux FileShare.None is an flock that ends with its process.
internal sealed class DirectoryLeases(string directory, TimeProvider time) : IMtunnelLeases
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);

    public async Task<Guid> TakeAsync(int vmid, CancellationToken cancellationToken = default)
    {
        var file = await OpenAsync(vmid, cancellationToken).ConfigureAwait(false);
        await using var _ = file.ConfigureAwait(false);
        var lease = Guid.NewGuid();
        file.SetLength(0);
        await file.WriteAsync(Encoding.ASCII.GetBytes(lease.ToString("D")), cancellationToken).ConfigureAwait(false);
        return lease;
    }

    public async Task<bool> EndAsync(int vmid, Guid lease, Func<Task>? act = null, CancellationToken cancellationToken = default)
    {
        var file = await OpenAsync(vmid, cancellationToken).ConfigureAwait(false);
        await using var _ = file.ConfigureAwait(false);
        var holder = new byte[36];
        var length = await file.ReadAtLeastAsync(holder, holder.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (Encoding.ASCII.GetString(holder, 0, length) != lease.ToString("D"))
        {
            return false;
        }

        file.SetLength(0);
        await (act?.Invoke() ?? Task.CompletedTask).ConfigureAwait(false);
        return true;
    }

    private async Task<FileStream> OpenAsync(int vmid, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{vmid}.lease"));
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // whoever may read it may hold it
        }

        while (true)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException e) when (IsHeld(e))
            {
                await Task.Delay(AskAgain, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // .NET's code for a sharing violation: EWOULDBLOCK of flock here, 0x80070020 on Windows
    private static bool IsHeld(IOException e) => e.HResult is 11 or unchecked((int)0x80070020);
}
