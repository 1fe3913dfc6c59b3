using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Session;

/// <summary>A command that waits for its reply. Of result, failure and abandonment the first one counts, and the others are told so.</summary>
internal abstract class PendingCall(string command, bool outOfBand)
{
    public string Command { get; } = command;

    public bool OutOfBand { get; } = outOfBand;

    /// <summary>The caller stops waiting; the reply, when it comes, is dropped.</summary>
    public abstract void Abandon();

    /// <returns>False where the caller had stopped waiting.</returns>
    public abstract bool TryComplete(ReadOnlySequence<byte> result);

    /// <returns>False where the caller had stopped waiting.</returns>
    public abstract bool TryFail(QmpException reason);
}

internal sealed class PendingCall<TResult>(string command, bool outOfBand, JsonTypeInfo<TResult> resultType)
    : PendingCall(command, outOfBand)
{
    private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Result => _result.Task;

    public override void Abandon() => _result.TrySetCanceled();

    public override bool TryComplete(ReadOnlySequence<byte> result)
    {
        if (_result.Task.IsCompleted)
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(result, WireJson.Reading);
            return JsonSerializer.Deserialize(ref reader, resultType) is { } value
                ? _result.TrySetResult(value)
                : throw new JsonException("null");
        }
        catch (Exception e)
        {
            // whatever a converter throws concerns this call, not the conversation
            return TryFail(new QmpProtocolException($"The result of '{Command}' has another shape than expected: {e.Message}", e, usable: true));
        }
    }

    public override bool TryFail(QmpException reason)
    {
        var told = _result.TrySetException(reason);
        _ = _result.Task.Exception; // a caller that went away must not raise UnobservedTaskException
        return told;
    }
}
