using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Framing;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Session;

/// <summary>The opening of a conversation: the server greets, the client names the capabilities it wants.</summary>
/// <remarks>Events may arrive at any time; before the conversation stands nobody can have subscribed to them.</remarks>
internal static class Handshake
{
    private const string Capabilities = "qmp_capabilities";
    private const long NegotiationId = 0;

    public static async Task<QmpGreeting> ReadGreetingAsync(QmpMessageReader lines, string name, CancellationToken cancellationToken)
    {
        QmpGreeting? greeting = null;
        await ReadUntilAsync(lines, name, "greeting", line =>
        {
            var message = QmpMessageParser.Parse(line, name);
            greeting = message.Kind switch
            {
                QmpMessageKind.Greeting => Read(message.Payload, WireJson.Default.QmpGreeting, name),
                QmpMessageKind.Event => null,
                _ => throw new QmpProtocolException($"The peer at {name} did not greet as a QMP server does."),
            };
            return greeting is not null;
        }, cancellationToken).ConfigureAwait(false);
        return greeting!;
    }

    /// <returns>Whether out-of-band execution is on.</returns>
    public static async Task<bool> NegotiateAsync(
        IDuplexPipe pipe, QmpMessageReader lines, QmpGreeting greeting, bool wantOutOfBand, string name, IWireTap? tap,
        CancellationToken cancellationToken)
    {
        var outOfBand = wantOutOfBand && greeting.Capabilities.Contains("oob");
        var request = new ArrayBufferWriter<byte>(128);
        QmpCommandWriter.Write(
            Capabilities, new EnableCapabilities { Enable = outOfBand ? ["oob"] : [] }, WireJson.Default.EnableCapabilities, NegotiationId, outOfBand: false,
            request, static (request, line) => request.Write(line));
        tap?.OnSent(new ReadOnlySequence<byte>(request.WrittenMemory));
        var written = await pipe.Output.WriteAsync(request.WrittenMemory, cancellationToken).ConfigureAwait(false);
        if (written.IsCompleted)
        {
            throw new QmpConnectionException($"The peer at {name} greeted, but reads nothing.");
        }

        await ReadUntilAsync(lines, name, "capability negotiation", line =>
        {
            var message = QmpMessageParser.Parse(line, name);
            if (message.Kind == QmpMessageKind.Greeting)
            {
                throw new QmpProtocolException($"The peer at {name} greeted a second time.");
            }

            if (message.Kind == QmpMessageKind.Error)
            {
                var error = Read(message.Payload, WireJson.Default.QmpError, name);
                throw new QmpProtocolException($"The peer at {name} refused '{Capabilities}': {error.Description} ({error.Class}).");
            }

            return message is { Kind: QmpMessageKind.Return, Id: null or NegotiationId };
        }, cancellationToken).ConfigureAwait(false);
        return outOfBand;
    }

    private static async Task ReadUntilAsync(
        QmpMessageReader lines, string name, string what, Func<ReadOnlySequence<byte>, bool> isLast, CancellationToken cancellationToken)
    {
        do
        {
            while (lines.TryTake(out var line))
            {
                if (isLast(line))
                {
                    return;
                }
            }
        }
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false));
        throw new QmpConnectionException($"The peer at {name} closed the connection before its {what} was complete.");
    }

    private static T Read<T>(ReadOnlySequence<byte> payload, JsonTypeInfo<T> type, string name)
    {
        try
        {
            var reader = WireJson.Reader(payload);
            return JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new QmpProtocolException($"The {typeof(T).Name} of the peer at {name} has an unknown shape: {e.Message}", e);
        }
    }
}
