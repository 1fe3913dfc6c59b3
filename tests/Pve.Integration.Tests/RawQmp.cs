using System.Net.Sockets;
using System.Text.Json;

namespace Pve.Integration.Tests;

/// <summary>As much QMP as these tests need: one command at a time, events kept in order.</summary>
internal sealed class RawQmp : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;
    private readonly Queue<JsonElement> _events = [];

    private RawQmp(NetworkStream stream)
    {
        _stream = stream;
        _reader = new StreamReader(stream);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RawQmp> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), Cancellation);
        var qmp = new RawQmp(new NetworkStream(socket, ownsSocket: true));
        await qmp.ReadAsync();
        await qmp.ExecuteAsync("qmp_capabilities");
        return qmp;
    }

    public async Task<JsonElement> ExecuteAsync(string command, string arguments = "{}")
    {
        var line = $$"""{"execute": "{{command}}", "arguments": {{arguments}}}""" + "\n";
        await _stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line), Cancellation);
        while (true)
        {
            var message = await ReadAsync();
            if (message.TryGetProperty("return", out var result))
            {
                return result;
            }

            if (message.TryGetProperty("error", out var error))
            {
                throw new InvalidOperationException($"{command}: {error}");
            }

            _events.Enqueue(message);
        }
    }

    /// <summary>Waits for an event, for MIGRATION with the status given, and drops those before it.</summary>
    public async Task<JsonElement> EventAsync(string name, string? status = null)
    {
        while (true)
        {
            var next = _events.TryDequeue(out var kept) ? kept : await ReadAsync();
            if (next.GetProperty("event").GetString() == name
                && (status is null || next.GetProperty("data").GetProperty("status").GetString() == status))
            {
                return next;
            }
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task<JsonElement> ReadAsync() =>
        JsonElement.Parse(await _reader.ReadLineAsync(Cancellation) ?? throw new EndOfStreamException("QEMU closed its monitor."));
}
