using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Pve.Qmp.Framing;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Session;

/// <summary>The opening of a conversation: the server greets, the client names the capabilities it wants.</summary>
/// <remarks>Events may arrive at any time; before the conversation stands nobody can have subscribed to them.</remarks>
internal static class Handshake
{
    private const string Capabilities = "qmp_capabilities";

    public static async Task<QmpGreeting> ReadGreetingAsync(QmpLineReader lines, string name, CancellationToken cancellationToken)
    {
        QmpGreeting? greeting = null;
        await ReadUntilAsync(lines, name, "greeting", line =>
        {
            var message = QmpMessageParser.Parse(line);
            greeting = message.Kind switch
            {
                QmpMessageKind.Greeting => Read(message.Payload, WireJson.Default.QmpGreeting),
                QmpMessageKind.Event => null,
                _ => throw new QmpProtocolException($"The peer at {name} did not greet as a QMP server does."),
            };
            return greeting is not null;
        }, cancellationToken).ConfigureAwait(false);
        return greeting!;
    }

    /// <returns>Whether out-of-band execution is on.</returns>
    public static async Task<bool> NegotiateAsync(
        IDuplexPipe pipe, QmpLineReader lines, QmpGreeting greeting, bool wantOutOfBand, string name, CancellationToken cancellationToken)
    {
        var outOfBand = wantOutOfBand && greeting.Capabilities.Contains("oob");
        QmpCommandWriter.Write(
            pipe.Output, Capabilities, new EnableCapabilities { Enable = outOfBand ? ["oob"] : [] }, WireJson.Default.EnableCapabilities, id: 0, outOfBand: false);
        await pipe.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        await ReadUntilAsync(lines, name, "capability negotiation", line =>
        {
            var message = QmpMessageParser.Parse(line);
            if (message.Kind == QmpMessageKind.Error)
            {
                var error = Read(message.Payload, WireJson.Default.QmpError);
                throw new QmpCommandException(Capabilities, error.Class, error.Description);
            }

            return message.Kind == QmpMessageKind.Return;
        }, cancellationToken).ConfigureAwait(false);
        return outOfBand;
    }

    private static async Task ReadUntilAsync(
        QmpLineReader lines, string name, string what, Func<ReadOnlySequence<byte>, bool> isLast, CancellationToken cancellationToken)
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

    private static T Read<T>(ReadOnlySequence<byte> payload, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            return JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new QmpProtocolException($"The peer's {typeof(T).Name} has an unknown shape: {e.Message}", e);
        }
    }
}
