using System.Globalization;
using System.Net;

namespace Pve.Migration;

/// <summary>Where something on a Proxmox VE node listens: a unix socket, or a TCP port.</summary>
public sealed record QmListenAddress
{
    private QmListenAddress()
    {
    }

    /// <summary>The unix socket, as it was printed and not judged yet; null for TCP.</summary>
    public string? Path { get; private init; }

    /// <summary>The TCP host without brackets: <c>localhost</c>, or an address; null for a unix socket.</summary>
    public string? Host { get; private init; }

    /// <summary>The TCP port, 1 to 65535; 0 for a unix socket.</summary>
    public int Port { get; private init; }

    /// <summary>Whether nobody but the node itself, or a forward, gets there.</summary>
    public bool IsLocal => Path is not null || Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>A unix socket.</summary>
    public static QmListenAddress Unix(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new QmListenAddress { Path = path };
    }

    /// <summary>A TCP port.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The port is not within 1 to 65535.</exception>
    public static QmListenAddress Tcp(string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        return new QmListenAddress { Host = host, Port = port };
    }

    /// <summary>As QEMU takes it: <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>, IPv6 in brackets.</summary>
    public override string ToString() => Path is not null
        ? $"unix:{Path}"
        : string.Create(CultureInfo.InvariantCulture, $"tcp:{(Host!.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
