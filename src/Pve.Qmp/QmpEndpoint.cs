using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pve.Qmp;

/// <summary>Where a QMP server listens: a unix socket or a TCP port.</summary>
/// <example>
/// <code>
/// QmpEndpoint socket = QmpEndpoint.Unix("/run/vm/100.qmp");
/// QmpEndpoint port = QmpEndpoint.Parse("tcp:127.0.0.1:4444");
/// Console.WriteLine($"qemu-system-x86_64 -qmp {socket},server=on,wait=off -qmp {port},server=on,wait=off");
/// </code>
/// </example>
public sealed record QmpEndpoint
{
    private readonly EndPoint _address;

    private QmpEndpoint(EndPoint address, string text) => (_address, Text) = (address, text);

    /// <summary>The endpoint as QEMU's command line writes it, such as <c>unix:/run/vm/100.qmp</c>.</summary>
    public string Text { get; }

    /// <summary>A unix socket.</summary>
    /// <exception cref="ArgumentException">The path is empty or longer than a socket address holds (107 bytes on Linux).</exception>
    public static QmpEndpoint Unix(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return new QmpEndpoint(new UnixDomainSocketEndPoint(path), "unix:" + path);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ArgumentException($"The socket path '{path}' is longer than a unix socket address holds; use a shorter directory.", nameof(path), e);
        }
    }

    /// <summary>A TCP port; QMP is neither encrypted nor authenticated, so keep it on loopback or hand in a TLS stream instead.</summary>
    /// <exception cref="ArgumentException">The host is empty or the port is not within 1 to 65535.</exception>
    public static QmpEndpoint Tcp(string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        if (port is < 1 or > 65535)
        {
            throw new ArgumentException($"The port {port} is not within 1 to 65535.", nameof(port));
        }

        return new QmpEndpoint(new DnsEndPoint(host, port), $"tcp:{(host.Contains(':') ? $"[{host}]" : host)}:{port}");
    }

    /// <summary>Reads <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>; a text that starts with <c>/</c> is a unix socket's path.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static QmpEndpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith('/'))
        {
            return Unix(text);
        }

        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > 5)
        {
            return Unix(text[5..]);
        }

        var colon = text.LastIndexOf(':');
        if (text.StartsWith("tcp:", StringComparison.Ordinal) && colon > 4
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535)
        {
            return Tcp(text[4..colon].Trim('[', ']'), port);
        }

        throw new FormatException($"'{text}' is no QMP endpoint; write unix:PATH or tcp:HOST:PORT.");
    }

    /// <summary>The text form.</summary>
    public override string ToString() => Text;

    // The runtime reports a missing socket file as "Cannot assign requested address".
    internal string Explain(SocketException e)
        => e.SocketErrorCode == SocketError.AddressNotAvailable && _address is UnixDomainSocketEndPoint ? "no such socket" : e.Message;

    // QEMU serves one client and lets few wait; on a unix socket the kernel turns the next one away at once with EAGAIN.
    internal bool IsQueueFull(SocketException e) => e.SocketErrorCode == SocketError.WouldBlock && _address is UnixDomainSocketEndPoint;

    internal async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var socket = _address is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_address, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
