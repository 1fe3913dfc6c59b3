using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pve.Migration.Transports;

// Connects to a socket that a peer named. Between a look at a path and a connect to it somebody could put a symbolic link there, so the
// file is held (O_PATH, which follows no link), looked at, and connected to by what is held.
internal static class GuardedSocket
{
    private const int OPath = 0x200000;

    // the one flag of the three that architectures disagree on; 0: unknown here
    private static readonly int ONoFollow = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 or Architecture.X86 => 0x20000,
        Architecture.Arm64 or Architecture.Arm => 0x8000,
        _ => 0,
    };

    public static async Task<IByteLink> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || ONoFollow == 0)
        {
            ThrowUnless(UnixFile.IsSocket(path), path);
            return await LocalSockets.ConnectAsync(path, cancellationToken).ConfigureAwait(false);
        }

        int descriptor = UnixFile.Open(path, OPath | ONoFollow);
        ThrowUnless(descriptor >= 0, path);
        using var held = new SafeFileHandle(descriptor, ownsHandle: true);
        ThrowUnless(UnixFile.IsSocket(descriptor), path);
        try
        {
            return await LocalSockets.ConnectAsync($"/proc/self/fd/{descriptor}", cancellationToken).ConfigureAwait(false);
        }
        catch (MtunnelConnectionException e)
        {
            throw new MtunnelConnectionException($"cannot connect to {path}: {e.InnerException!.Message} (see that somebody listens there)", e.InnerException);
        }
    }

    private static void ThrowUnless(bool isSocket, string path)
    {
        if (!isSocket)
        {
            throw new MtunnelConnectionException($"{path} is no socket, or does not exist");
        }
    }
}
