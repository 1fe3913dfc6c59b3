using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Pve.Migration.Transports;

// Unix sockets that we bind: what may be removed, what must not, and who in this process has which path.
internal static class LocalSockets
{
    // sun_path of Linux without its closing zero
    public const int MaxPath = 107;

    private const int Backlog = 64;

    // A connection that died is often disposed only after its successor took the same path: then the socket is the successor's, and stays.
    private static readonly ConcurrentDictionary<string, object> Owners = new(StringComparer.Ordinal);

    public static void Claim(string path, object owner) => Owners[path] = owner;

    public static bool IsOwner(string path, object owner) => Owners.TryGetValue(path, out object? now) && ReferenceEquals(now, owner);

    public static bool HasLivingOwner(string path) => Owners.TryGetValue(path, out object? now) && now is IMtunnelConnection { Ended.IsCompleted: false };

    public static void Remove(string path, object owner, string transport, ILogger logger)
    {
        if (Owners.TryRemove(KeyValuePair.Create(path, owner)))
        {
            UnixFile.RemoveSocket(path, transport, logger);
        }
    }

    public static void ThrowIfUnfit(SocketForward forward)
    {
        ThrowIfUnfit(forward.LocalPath, nameof(SocketForward.LocalPath));
        ThrowIfUnfit(forward.RemotePath, nameof(SocketForward.RemotePath));
    }

    public static void ThrowIfUnfit(string path, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path, name);
        if (path[0] != '/' || path.AsSpan().ContainsAnyInRange('\0', '\x1F') || Encoding.UTF8.GetByteCount(path) > MaxPath)
        {
            throw new ArgumentException($"{name} '{path}' must be absolute, at most {MaxPath} bytes, and without control characters", name);
        }
    }

    // Leaves the path free: a dead socket goes; what is alive, or a user's file, does not.
    public static void ClearTheWay(string path, string transport, ILogger logger)
    {
        if (!UnixFile.IsSocket(path))
        {
            if (Path.Exists(path))
            {
                throw new MtunnelConnectionException($"{transport}: {path} exists and is no socket, it is not overwritten");
            }

            return;
        }

        if (UnixFile.IsListenedAt(path))
        {
            throw new MtunnelConnectionException($"{transport}: somebody listens at {path}: end that process, or choose another path");
        }

        UnixFile.RemoveSocket(path, transport, logger);
    }

    // Mode 0600, as ssh's own sockets have it: set between bind and listen, before which nobody can connect.
    public static Socket Listen(string path, string transport, ILogger logger)
    {
        ClearTheWay(path, transport, logger);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new MtunnelConnectionException($"{transport}: cannot listen at {path}: {e.Message} (see that its folder exists and is writable)", e);
        }
    }

    public static async Task<IByteLink> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new SocketLink(socket);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException)
            {
                throw new MtunnelConnectionException($"cannot connect to {path}: {e.Message} (see that somebody listens there)", e);
            }

            throw;
        }
    }
}
