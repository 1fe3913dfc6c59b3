using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pve.Qmp.Session;

/// <summary>A command that waits for its reply.</summary>
internal abstract class PendingCall(string command, bool outOfBand)
{
    public string Command { get; } = command;

    public bool OutOfBand { get; } = outOfBand;

    /// <summary>Whether the caller stopped waiting; the reply, when it comes, is dropped.</summary>
    public bool IsAbandoned { get; set; }

    public abstract void Complete(ReadOnlySequence<byte> result);

    public abstract void Fail(QmpException reason);
}

internal sealed class PendingCall<TResult>(string command, bool outOfBand, JsonTypeInfo<TResult> resultType)
    : PendingCall(command, outOfBand)
{
    private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Result => _result.Task;

    public override void Complete(ReadOnlySequence<byte> result)
    {
        try
        {
            var reader = new Utf8JsonReader(result);
            _result.TrySetResult(JsonSerializer.Deserialize(ref reader, resultType)!);
        }
        catch (JsonException e)
        {
            _result.TrySetException(new QmpProtocolException($"The result of '{Command}' has another shape than expected: {e.Message}", e, usable: true));
        }
    }

    public override void Fail(QmpException reason)
    {
        _result.TrySetException(reason);
        _ = _result.Task.Exception; // a caller that went away must not raise UnobservedTaskException
    }
}
