using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Mtunnel;

/// <summary>Standard output, written on the caller's thread: a reply is short, and to hand it to another thread takes longer than to write it.</summary>
/// <remarks>
/// Only as much is written at once as poll(2) has room for, so that a client which reads nothing stops its own replies and not the program: the
/// wait for room is asynchronous, and can be given up.
/// </remarks>
internal sealed class StandardOutput(Stream output, int descriptor) : Stream
{
    private const int MostAtOnce = 4096; // PIPE_BUF of Linux: so much fits where a pipe or a socket says that there is room
    private const short PollOut = 4; // POLLOUT; an error is always told, and then the write tells it
    private const int Interrupted = 4; // EINTR
    private const int LookMilliseconds = 50; // at whether it was given up

    /// <summary>That of the process.</summary>
    public StandardOutput()
        : this(Console.OpenStandardOutput(), descriptor: 1)
    {
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty && HasRoom(milliseconds: 0))
        {
            WriteSome(ref buffer);
        }

        return buffer.IsEmpty ? ValueTask.CompletedTask : new ValueTask(Task.Run(() => WriteAsRoomComes(buffer, cancellationToken), CancellationToken.None));
    }

    public override void Write(byte[] buffer, int offset, int count) => WriteAsRoomComes(buffer.AsMemory(offset, count), CancellationToken.None);

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        output.Dispose();
        base.Dispose(disposing);
    }

    private void WriteAsRoomComes(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (HasRoom(LookMilliseconds))
            {
                WriteSome(ref buffer);
            }
        }
    }

    private void WriteSome(ref ReadOnlyMemory<byte> buffer)
    {
        var now = buffer[..Math.Min(buffer.Length, MostAtOnce)];
        output.Write(now.Span);
        buffer = buffer[now.Length..];
    }

    private bool HasRoom(int milliseconds)
    {
        var one = new PollDescriptor { Descriptor = descriptor, Events = PollOut };
        int ready;
        while ((ready = Poll(ref one, 1, milliseconds)) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw new IOException(new Win32Exception(error).Message);
            }
        }

        return ready > 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

#pragma warning disable SYSLIB1054 // LibraryImport would want unsafe code for the whole project
    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref PollDescriptor descriptors, nuint count, int timeout);
#pragma warning restore SYSLIB1054
}
