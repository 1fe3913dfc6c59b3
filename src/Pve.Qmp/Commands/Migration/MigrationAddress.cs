using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>Where a migration's channel goes to (QAPI MigrationAddress).</summary>
/// <example><code>MigrationAddress target = MigrationAddress.Socket(SocketAddress.Unix("/run/vm/100.migrate"));</code></example>
public sealed record MigrationAddress : QmpObject
{
    /// <summary><c>socket</c>, <c>exec</c>, <c>rdma</c> or <c>file</c>.</summary>
    public string Transport { get; init => field = value ?? ""; } = "";

    /// <summary>The kind of socket.</summary>
    public string? Type { get; init; }

    /// <summary>The host of <c>rdma</c> and of <c>inet</c>.</summary>
    public string? Host { get; init; }

    public string? Port { get; init; }

    public bool? Numeric { get; init; }

    public long? To { get; init; }

    [JsonPropertyName("ipv4")]
    public bool? Ipv4 { get; init; }

    [JsonPropertyName("ipv6")]
    public bool? Ipv6 { get; init; }

    public bool? KeepAlive { get; init; }

    public bool? Mptcp { get; init; }

    public string? Path { get; init; }

    public bool? Abstract { get; init; }

    public bool? Tight { get; init; }

    public string? Cid { get; init; }

    public string? Str { get; init; }

    /// <summary>The program of <c>exec</c> and its arguments.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>The file of <c>file</c>.</summary>
    public string? Filename { get; init; }

    /// <summary>Where in the file to begin, in bytes.</summary>
    public long? Offset { get; init; }

    /// <summary>A socket.</summary>
    public static MigrationAddress Socket(SocketAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new()
        {
            Transport = "socket",
            Type = address.Type,
            Host = address.Host,
            Port = address.Port,
            Numeric = address.Numeric,
            To = address.To,
            Ipv4 = address.Ipv4,
            Ipv6 = address.Ipv6,
            KeepAlive = address.KeepAlive,
            Mptcp = address.Mptcp,
            Path = address.Path,
            Abstract = address.Abstract,
            Tight = address.Tight,
            Cid = address.Cid,
            Str = address.Str,
            Others = address.Others,
        };
    }

    /// <summary>A program on QEMU's host, which the stream is piped to or from.</summary>
    public static MigrationAddress Exec(params IReadOnlyList<string> args) => new() { Transport = "exec", Args = args };

    /// <summary>A file on QEMU's host.</summary>
    /// <param name="filename">The file.</param>
    /// <param name="offset">Where in it to begin, in bytes.</param>
    public static MigrationAddress File(string filename, long offset = 0) => new() { Transport = "file", Filename = filename, Offset = offset };

    /// <summary>RDMA.</summary>
    public static MigrationAddress Rdma(string host, string port) => new() { Transport = "rdma", Host = host, Port = port };
}
