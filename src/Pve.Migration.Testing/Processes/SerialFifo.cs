using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pve.Migration.Testing.Processes;

/// <summary>The reading end of a FIFO that a QEMU writes its serial port to.</summary>
/// <remarks>
/// A FIFO, since it holds 64 Ki bytes, seven seconds of ticks. A unix socket is full after some 280 writes of one byte, each
/// counted with its buffer: 30 ms. And while a byte waits in a stopped QEMU, a migration sends it twice, once from each side.
/// Opened without a writer and without waiting for one, it does not end before a writer has come and gone: poll(2) says so only then.
/// </remarks>
internal sealed partial class SerialFifo : Stream
{
    // Linux's numbers, on x86-64 and arm64 alike
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x8_0000;
    private const short PollIn = 1;
    private const int Interrupted = 4;
    private const int LookUpMilliseconds = 100;
    private const uint OwnerOnly = 0b110_000_000;

    private readonly SafeFileHandle _handle;
    private volatile bool _closed;

    private SerialFifo(SafeFileHandle handle) => _handle = handle;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Makes the FIFO and opens it, so that a writer finds its reader.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public static SerialFifo Create(string path)
    {
        var handle = MakeFifo(path, OwnerOnly) == 0 ? Open(path, NonBlocking | CloseOnExec) : -1;
        if (handle < 0)
        {
            throw new IOException($"{path}: {LastError()}");
        }

        return new SerialFifo(new SafeFileHandle(handle, ownsHandle: true));
    }

    /// <summary>Waits for bytes; 0 when the writer is gone, or soon after this has been disposed.</summary>
    public override int Read(Span<byte> buffer)
    {
        while (!_closed)
        {
            var poll = new PollFd { Handle = (int)_handle.DangerousGetHandle(), Events = PollIn };
            var ready = Poll(ref poll, 1, LookUpMilliseconds);
            if (ready > 0)
            {
                return ReadSome(_handle, buffer, (nuint)buffer.Length) is >= 0 and var count ? (int)count : throw new IOException(LastError());
            }

            if (ready < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new IOException(LastError());
            }
        }

        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _closed = true;
        if (disposing)
        {
            _handle.Dispose();
        }

        base.Dispose(disposing);
    }

    private static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadSome(SafeFileHandle handle, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollFd descriptors, nuint count, int timeout);

    private struct PollFd
    {
        public int Handle;
        public short Events;
        public short Returned;
    }
}
