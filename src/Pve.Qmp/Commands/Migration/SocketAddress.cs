using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>An address that QEMU listens on or connects to (QAPI SocketAddress).</summary>
/// <example>
/// <code>
/// SocketAddress nbd = SocketAddress.Inet("10.0.0.2", "10809");
/// SocketAddress local = SocketAddress.Unix("/run/vm/100.nbd");
/// </code>
/// </example>
public sealed record SocketAddress : QmpObject
{
    /// <summary><c>inet</c>, <c>unix</c>, <c>vsock</c> or <c>fd</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The host of <c>inet</c>.</summary>
    public string? Host { get; init; }

    /// <summary>The port of <c>inet</c> and <c>vsock</c>.</summary>
    public string? Port { get; init; }

    /// <summary>Whether the host is an address that needs no name service.</summary>
    public bool? Numeric { get; init; }

    /// <summary>The last port to try when listening.</summary>
    public long? To { get; init; }

    [JsonPropertyName("ipv4")]
    public bool? Ipv4 { get; init; }

    [JsonPropertyName("ipv6")]
    public bool? Ipv6 { get; init; }

    /// <summary>Whether TCP keeps the connection alive.</summary>
    public bool? KeepAlive { get; init; }

    public bool? Mptcp { get; init; }

    /// <summary>The path of <c>unix</c>.</summary>
    public string? Path { get; init; }

    /// <summary>Whether the path is a name in Linux' abstract space.</summary>
    public bool? Abstract { get; init; }

    /// <summary>Whether such a name ends with its last character.</summary>
    public bool? Tight { get; init; }

    /// <summary>The context id of <c>vsock</c>.</summary>
    public string? Cid { get; init; }

    /// <summary>The name or number of an open file, for <c>fd</c>.</summary>
    public string? Str { get; init; }

    /// <summary>A TCP address.</summary>
    /// <param name="host">The host; empty to listen on all.</param>
    /// <param name="port">The port or the name of a service; <c>0</c> to listen on any.</param>
    public static SocketAddress Inet(string host, string port) => new() { Type = "inet", Host = host, Port = port };

    /// <summary>A unix socket.</summary>
    public static SocketAddress Unix(string path) => new() { Type = "unix", Path = path };

    /// <summary>A socket between a host and its guests.</summary>
    public static SocketAddress Vsock(string cid, string port) => new() { Type = "vsock", Cid = cid, Port = port };

    /// <summary>A socket that QEMU was given with <c>getfd</c>.</summary>
    public static SocketAddress Fd(string name) => new() { Type = "fd", Str = name };
}
