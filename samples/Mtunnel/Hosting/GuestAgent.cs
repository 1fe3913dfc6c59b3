using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>The agent within a guest, at a socket of QEMU's. It may be anything, or not there at all: what it says is bounded in size and time.</summary>
internal static class GuestAgent
{
    private const int MaxReply = 1 << 20;
    private const byte Mark = 0xFF; // no UTF-8: ends what went before, and begins the reply to guest-sync-delimited

    private static readonly TimeSpan SyncPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TrimPatience = TimeSpan.FromSeconds(590); // a source waits 600 s

    /// <summary>Has it trim its file systems.</summary>
    /// <exception cref="MtunnelRefusedException">It is not there, does not answer, or failed.</exception>
    public static async Task TrimAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!SocketFile.IsListenedAt(path))
        {
            throw new MtunnelRefusedException($"there is no guest agent: the VM's QEMU has no socket {Path.GetFileName(path)}");
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            await using var stream = new NetworkStream(socket);
            var lines = new BoundedLines(stream, MaxReply);
            var id = RandomNumberGenerator.GetInt32(int.MaxValue);
            await WithinAsync(token => SynchronizeAsync(stream, lines, id, token), "does not answer", SyncPatience, time, cancellationToken);
            await WithinAsync(token => TrimAsync(stream, lines, token), "has not trimmed in time", TrimPatience, time, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException or JsonException)
        {
            throw new MtunnelRefusedException($"the guest agent cannot be talked to: {e.Message}");
        }
    }

    // What it still had to say to somebody before us comes first, and is passed over.
    private static async Task SynchronizeAsync(NetworkStream stream, BoundedLines lines, int id, CancellationToken cancellationToken)
    {
        byte[] ask = [Mark, .. Encoding.UTF8.GetBytes($$$"""{"execute":"guest-sync-delimited","arguments":{"id":{{{id}}}}}""" + "\n")];
        await stream.WriteAsync(ask, cancellationToken);
        byte[] line;
        int mark;
        do
        {
            line = await lines.ReadAsync(cancellationToken);
            mark = Array.LastIndexOf(line, Mark);
        }
        while (mark < 0 || !IsEcho(line.AsSpan(mark + 1), id));
    }

    private static bool IsEcho(ReadOnlySpan<byte> reply, int id)
        => JsonElement.Parse(reply) is { ValueKind: JsonValueKind.Object } members
            && members.TryGetProperty("return", out var echo) && echo.ValueKind == JsonValueKind.Number && echo.TryGetInt32(out var said) && said == id;

    private static async Task TrimAsync(NetworkStream stream, BoundedLines lines, CancellationToken cancellationToken)
    {
        await stream.WriteAsync("{\"execute\":\"guest-fstrim\"}\n"u8.ToArray(), cancellationToken);
        var reply = JsonElement.Parse((await lines.ReadAsync(cancellationToken)).AsSpan());
        if (reply.ValueKind != JsonValueKind.Object || !reply.TryGetProperty("return", out _))
        {
            throw new MtunnelRefusedException("the guest agent could not trim its file systems");
        }
    }

    private static async Task WithinAsync(
        Func<CancellationToken, Task> act, string failure, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await act(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MtunnelRefusedException($"the guest agent {failure}");
        }
    }
}
