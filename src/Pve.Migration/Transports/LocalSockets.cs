using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pve.Migration.Transports;

// Who in this process forwards which path. A connection that died is often disposed only after its successor took the same path:
// then the socket is the successor's, and stays.
internal static class LocalSockets
{
    private static readonly ConcurrentDictionary<string, object> Owners = new(StringComparer.Ordinal);

    public static void Claim(string path, object owner) => Owners[path] = owner;

    public static void Remove(string path, object owner, string transport, ILogger logger)
    {
        if (Owners.TryRemove(KeyValuePair.Create(path, owner)))
        {
            UnixFile.RemoveSocket(path, transport, logger);
        }
    }
}
