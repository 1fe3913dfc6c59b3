using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pve.Qmp.Session;

namespace Pve.Qmp;

/// <summary>Where a QMP server is: a unix socket, a TCP port, or a socket that was handed to this process.</summary>
/// <example><code>
/// QmpEndpoint endpoint = QmpEndpoint.Parse("unix:/run/vm/100.qmp");
/// await using var client = await QmpClient.ConnectAsync(endpoint, cancellationToken: cancellationToken);
/// </code></example>
public sealed record QmpEndpoint
{
    private const string UnixPrefix = "unix:";
    private const string TcpPrefix = "tcp:";
    private const string DescriptorPrefix = "fd:";

    private readonly EndPoint? _address;
    private readonly int _descriptor = -1;

    private QmpEndpoint(EndPoint address, string text) => (_address, Text) = (address, text);

    private QmpEndpoint(int descriptor) => (_descriptor, Text) = (descriptor, string.Create(CultureInfo.InvariantCulture, $"{DescriptorPrefix}{descriptor}"));

    /// <summary>The endpoint as QEMU's command line writes it, such as <c>unix:/run/vm/100.qmp</c>.</summary>
    public string Text { get; }

    /// <summary>The address to bind or connect; none for a file descriptor.</summary>
    internal EndPoint? Address => _address;

    internal string Advice => _address is null ? "" : $" Is the VM running, and was it started with -qmp {Text},server=on,wait=off?";

    /// <summary>A unix socket.</summary>
    /// <exception cref="ArgumentException">The path is empty or longer than a socket address holds (107 bytes on Linux).</exception>
    public static QmpEndpoint Unix(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return new QmpEndpoint(new UnixDomainSocketEndPoint(path), UnixPrefix + path);
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

        return new QmpEndpoint(new DnsEndPoint(host, port), $"{TcpPrefix}{(host.Contains(':') ? $"[{host}]" : host)}:{port}");
    }

    /// <summary>A connected socket that this process inherited or was handed; the client owns it from the moment it connects.</summary>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    public static QmpEndpoint FileDescriptor(int descriptor)
        => descriptor >= 0 ? new QmpEndpoint(descriptor) : throw new ArgumentException($"{descriptor} is no file descriptor.", nameof(descriptor));

    /// <summary>Reads <c>unix:PATH</c>, <c>tcp:HOST:PORT</c> or <c>fd:NUMBER</c>; a text that starts with <c>/</c> is a unix socket's path.</summary>
    /// <exception cref="FormatException">The text is none of them.</exception>
    /// <exception cref="ArgumentException">The path is longer than a socket address holds.</exception>
    public static QmpEndpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith('/'))
        {
            return Unix(text);
        }

        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal) && text.Length > UnixPrefix.Length)
        {
            return Unix(text[UnixPrefix.Length..]);
        }

        if (text.StartsWith(DescriptorPrefix, StringComparison.Ordinal) && TryNumber(text.AsSpan(DescriptorPrefix.Length), out var descriptor))
        {
            return FileDescriptor(descriptor);
        }

        var colon = text.LastIndexOf(':');
        if (text.StartsWith(TcpPrefix, StringComparison.Ordinal) && colon > TcpPrefix.Length
            && TryNumber(text.AsSpan(colon + 1), out var port) && port is > 0 and <= 65535)
        {
            return Tcp(text[TcpPrefix.Length..colon].Trim('[', ']'), port);
        }

        throw new FormatException($"'{text}' is no QMP endpoint; write unix:PATH, tcp:HOST:PORT or fd:NUMBER.");
    }

    /// <summary>The text form.</summary>
    public override string ToString() => Text;

    // The runtime reports a missing socket file as "Cannot assign requested address".
    internal string Explain(SocketException e)
        => _address is null ? $"it is no connected socket ({e.Message})"
            : e.SocketErrorCode == SocketError.AddressNotAvailable && _address is UnixDomainSocketEndPoint ? "no such socket" : e.Message;

    // QEMU serves one client and lets few wait; on a unix socket the kernel turns the next one away at once with EAGAIN.
    internal bool IsQueueFull(SocketException e) => e.SocketErrorCode == SocketError.WouldBlock && _address is UnixDomainSocketEndPoint;

    internal async Task<SocketPipe> OpenAsync(CancellationToken cancellationToken)
    {
        if (_address is null)
        {
            return new SocketPipe(Inherited(_descriptor));
        }

        var socket = NewSocket();
        try
        {
            await socket.ConnectAsync(_address, cancellationToken).ConfigureAwait(false);
            return new SocketPipe(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal Socket NewSocket() => _address is UnixDomainSocketEndPoint
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // The runtime takes any number for a socket, and closes it in the end: what is none must stay its owner's.
    private static Socket Inherited(int descriptor)
    {
        if (OperatingSystem.IsLinux()
            && new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) is not true)
        {
            throw new SocketException((int)SocketError.NotSocket);
        }

        using (var borrowed = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false)))
        {
            if (!borrowed.Connected)
            {
                throw new SocketException((int)SocketError.NotConnected);
            }
        }

        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
    }
}
