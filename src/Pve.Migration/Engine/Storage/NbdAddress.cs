using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>An NBD server's address, written like a migration's: <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>.</summary>
internal static class NbdAddress
{
    /// <exception cref="FormatException">It is neither.</exception>
    public static SocketAddress Parse(string uri)
    {
        if (uri.StartsWith("unix:", StringComparison.Ordinal) && uri.Length > "unix:".Length)
        {
            return SocketAddress.Unix(uri["unix:".Length..]);
        }

        var colon = uri.LastIndexOf(':');
        if (uri.StartsWith("tcp:", StringComparison.Ordinal) && colon > "tcp:".Length && ushort.TryParse(uri.AsSpan(colon + 1), out var port) && port > 0)
        {
            return SocketAddress.Inet(uri["tcp:".Length..colon].Trim('[', ']'), uri[(colon + 1)..]);
        }

        throw new FormatException($"'{uri}' is no address of an NBD server; write unix:PATH, or tcp:HOST:PORT with a port of 1 to 65535.");
    }
}
