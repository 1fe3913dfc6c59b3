using System.ComponentModel;
using System.IO.Pipelines;
using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace Pve.Migration.Transports;

// Carries what a child writes into a pipe, on a thread of its own: an answer that a paused guest waits for has one thread to wake. An
// asynchronous read of the child's output would wake the runtime's socket thread, and that one the thread pool's.
//
// It can be disposed at any time, since a grandchild may hold the other end open long after the child is gone; so it reads only what poll(2)
// says is there.
internal sealed class PipePump : IDisposable
{
    private const short PollIn = 1; // POLLIN; an end or an error is always told
    private const int Interrupted = 4; // EINTR

    private readonly AnonymousPipeClientStream _source;
    private readonly PipeWriter _sink;
    private readonly AnonymousPipeServerStream _stop = new(PipeDirection.Out);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private bool _over;

    private PipePump(AnonymousPipeClientStream source, PipeWriter sink, string name)
    {
        (_source, _sink) = (source, sink);
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    // The source ended, or broke, or it was disposed; never faults. The sink is left open, so that the reason can be told first.
    public Task Completion => _completion.Task;

    public static PipePump Start(Stream source, PipeWriter sink, string name) => source is AnonymousPipeClientStream pipe
        ? new PipePump(pipe, sink, name)
        : throw new PlatformNotSupportedException($"{name}: the output of a child process is read on Unix only.");

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_over)
            {
                _over = true;
                _stop.WriteByte(0);
                _sink.CancelPendingFlush(); // or the next one
            }
        }
    }

    private void Run()
    {
        try
        {
            int read;
            while (WaitForInput() && (read = _source.Read(_sink.GetSpan())) > 0)
            {
                _sink.Advance(read);
                ValueTask<FlushResult> flush = _sink.FlushAsync();
                FlushResult result = flush.IsCompleted ? flush.Result : flush.AsTask().GetAwaiter().GetResult();
                if (result.IsCanceled || result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or Win32Exception)
        {
            // what matters is that it is over
        }
        finally
        {
            lock (_gate)
            {
                _over = true;
                _stop.ClientSafePipeHandle.Dispose(); // once it was asked for, the stream leaves it to us
                _stop.Dispose();
            }

            _completion.SetResult();
        }
    }

    // false: it was disposed
    private bool WaitForInput()
    {
        PollDescriptor[] both =
        [
            new() { Descriptor = (int)_source.SafePipeHandle.DangerousGetHandle(), Events = PollIn },
            new() { Descriptor = (int)_stop.ClientSafePipeHandle.DangerousGetHandle(), Events = PollIn },
        ];
        while (Poll(both, (nuint)both.Length, timeout: -1) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw new Win32Exception(error);
            }
        }

        return both[1].Happened == 0;
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
    private static extern int Poll([In, Out] PollDescriptor[] descriptors, nuint count, int timeout);
#pragma warning restore SYSLIB1054
}
