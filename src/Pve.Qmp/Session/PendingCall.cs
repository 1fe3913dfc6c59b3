using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Session;

/// <summary>A command on its way to its reply. Of result, failure and abandonment the first one counts, and the others are told so.</summary>
internal abstract class PendingCall(long id, string command, bool outOfBand, SafeHandle? fileDescriptor, TimeSpan timeout)
{
    private byte[]? _line;
    private int _lineLength;
    private ITimer? _deadline;
    private CancellationTokenRegistration _cancellation;
    private PendingCalls? _calls;

    public long Id { get; } = id;

    public string Command { get; } = command;

    public bool OutOfBand { get; } = outOfBand;

    /// <summary>What travels beside the line; none for nearly all commands.</summary>
    public SafeHandle? FileDescriptor { get; } = fileDescriptor;

    public TimeSpan Timeout { get; } = timeout;

    /// <summary>Where it is; only <see cref="PendingCalls"/> moves it, under its lock.</summary>
    public CallStage Stage { get; set; }

    /// <summary>Its place in the line it stands in.</summary>
    public LinkedListNode<PendingCall> Place => field ??= new LinkedListNode<PendingCall>(this);

    /// <summary>The command as it goes out, until <see cref="ReleaseLine"/>.</summary>
    public ReadOnlyMemory<byte> Line => _line.AsMemory(0, _lineLength);

    public abstract bool IsOver { get; }

    /// <exception cref="ObjectDisposedException">The file descriptor is closed.</exception>
    public void SetLine(ReadOnlySpan<byte> line)
    {
        if (FileDescriptor is not null)
        {
            var held = false;
            FileDescriptor.DangerousAddRef(ref held); // its owner may close it at once
        }

        _line = ArrayPool<byte>.Shared.Rent(line.Length);
        _lineLength = line.Length;
        line.CopyTo(_line);
    }

    /// <summary>Gives the line's memory back; the one who took the call to write or to drop it calls this, once.</summary>
    public void ReleaseLine()
    {
        var line = _line!;
        (_line, _lineLength) = (null, 0);
        ArrayPool<byte>.Shared.Return(line);
        FileDescriptor?.DangerousRelease();
    }

    /// <summary>From here on its deadline and its caller's token end the wait.</summary>
    public void Watch(PendingCalls calls, TimeProvider time, CancellationToken cancellationToken)
    {
        _calls = calls;
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(static (call, token) => ((PendingCall)call!).Cancel(token), this);
        }

        if (Timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            _deadline = time.CreateTimer(static call => ((PendingCall)call!).Expire(), this, Timeout, System.Threading.Timeout.InfiniteTimeSpan);
            if (IsOver)
            {
                Unwatch();
            }
        }
    }

    /// <returns>False where the caller had stopped waiting.</returns>
    public abstract bool TryComplete(ReadOnlySequence<byte> result);

    /// <returns>False where the caller had stopped waiting.</returns>
    public abstract bool TryFail(Exception reason);

    /// <summary>It never came to be sent: the session has ended, or its arguments cannot be written.</summary>
    public void Refuse(Exception reason)
    {
        if (_line is not null)
        {
            ReleaseLine();
        }

        TryFail(reason);
    }

    protected abstract bool TryCancel(CancellationToken cancellationToken);

    protected void Unwatch()
    {
        Interlocked.Exchange(ref _deadline, null)?.Dispose();
        _cancellation.Unregister();
    }

    // Whatever has not left yet is withdrawn; else the late reply will find nobody.
    private void Cancel(CancellationToken cancellationToken)
    {
        if (TryCancel(cancellationToken))
        {
            _calls!.Withdraw(this);
        }
    }

    private void Expire()
    {
        if (!IsOver)
        {
            TryFail(new QmpTimeoutException(Command, Timeout, sent: !_calls!.Withdraw(this)));
        }
    }
}

internal sealed class PendingCall<TResult>(
    long id, string command, bool outOfBand, SafeHandle? fileDescriptor, TimeSpan timeout, JsonTypeInfo<TResult> resultType)
    : PendingCall(id, command, outOfBand, fileDescriptor, timeout)
{
    private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Result => _result.Task;

    public override bool IsOver => _result.Task.IsCompleted;

    public override bool TryComplete(ReadOnlySequence<byte> result)
    {
        if (IsOver)
        {
            return false;
        }

        try
        {
            var reader = WireJson.Reader(result);
            return JsonSerializer.Deserialize(ref reader, resultType) is { } value
                ? Told(_result.TrySetResult(value))
                : throw new JsonException("null");
        }
        catch (Exception e)
        {
            // whatever a converter throws concerns this call, not the conversation
            return TryFail(new QmpProtocolException($"The result of '{Command}' has another shape than expected: {e.Message}", e, usable: true));
        }
    }

    public override bool TryFail(Exception reason)
    {
        var told = Told(_result.TrySetException(reason));
        _ = _result.Task.Exception; // a caller that went away must not raise UnobservedTaskException
        return told;
    }

    protected override bool TryCancel(CancellationToken cancellationToken) => Told(_result.TrySetCanceled(cancellationToken));

    private bool Told(bool first)
    {
        if (first)
        {
            Unwatch();
        }

        return first;
    }
}
