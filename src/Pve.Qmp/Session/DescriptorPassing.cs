using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Pve.Qmp.Session;

/// <summary>
/// Hands a file descriptor to the process at the other end of a unix socket (SCM_RIGHTS, unix(7), sendmsg(2)), which the runtime has no call for.
/// QEMU keeps it for the command that arrives with it (docs/interop/qmp-spec, getfd and add-fd).
/// </summary>
internal static unsafe partial class DescriptorPassing
{
    // Linux, and the same on x86-64 and arm64
    private const int SolSocket = 1;
    private const int ScmRights = 1;
    private const int MsgNoSignal = 0x4000;
    private const int MsgDontWait = 0x40;
    private const short PollOut = 4;
    private const int Eintr = 4;
    private const int Eagain = 11;

    /// <returns>How many bytes of <paramref name="bytes"/> went out, with the descriptor; 0 where none can now.</returns>
    /// <exception cref="IOException">The socket is broken.</exception>
    public static int TrySend(SafeHandle socket, ReadOnlySpan<byte> bytes, SafeHandle descriptor)
    {
        using var target = new Borrowed(socket);
        using var passed = new Borrowed(descriptor);
        fixed (byte* first = bytes)
        {
            var part = new IoVector { Base = first, Length = (nuint)bytes.Length };
            var control = new DescriptorMessage
            {
                Length = (nuint)sizeof(ControlHeader) + sizeof(int), Level = SolSocket, Type = ScmRights, Descriptor = passed.Number,
            };
            var message = new MessageHeader { Parts = &part, PartCount = 1, Control = &control, ControlLength = (nuint)sizeof(DescriptorMessage) };
            nint sent;
            do
            {
                sent = SendMessage(target.Number, &message, MsgNoSignal | MsgDontWait);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == Eintr);
            return sent >= 0 ? (int)sent
                : Marshal.GetLastPInvokeError() == Eagain ? 0
                : throw new IOException("A file descriptor could not be sent.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
    }

    /// <summary>Blocks until the socket takes bytes or is broken, or the time is over.</summary>
    public static void WaitWritable(SafeHandle socket, TimeSpan atMost)
    {
        using var target = new Borrowed(socket);
        var wanted = new PollRequest { Descriptor = target.Number, Events = PollOut };
        _ = Poll(&wanted, 1, (int)atMost.TotalMilliseconds);
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollRequest* requests, nuint count, int milliseconds);

    // struct iovec
    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    // struct msghdr
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    // struct cmsghdr
    [StructLayout(LayoutKind.Sequential)]
    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }

    // struct cmsghdr with one int, padded as CMSG_SPACE does
    [StructLayout(LayoutKind.Sequential)]
    private struct DescriptorMessage
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Descriptor;
        private readonly int _padding;
    }

    // struct pollfd
    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    private readonly ref struct Borrowed
    {
        private readonly SafeHandle _handle;
        private readonly bool _taken;

        public Borrowed(SafeHandle handle)
        {
            _handle = handle;
            handle.DangerousAddRef(ref _taken);
            Number = (int)handle.DangerousGetHandle();
        }

        public int Number { get; }

        public void Dispose()
        {
            if (_taken)
            {
                _handle.DangerousRelease();
            }
        }
    }
}
