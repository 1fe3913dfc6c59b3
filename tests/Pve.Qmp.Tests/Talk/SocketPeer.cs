using System.Net.Sockets;
using System.Text;

namespace Pve.Qmp.Tests.Talk;

/// <summary>A QMP server on a real unix socket that greets, negotiates, and then does what its test wants.</summary>
internal sealed class SocketPeer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _directory = Directory.CreateTempSubdirectory("qmp-").FullName;

    public SocketPeer()
    {
        Path = System.IO.Path.Combine(_directory, "qmp");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
    }

    public string Path { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>All that a server says until the conversation stands.</summary>
    public static ReadOnlyMemory<byte> Opening { get; } = Encoding.UTF8.GetBytes(Samples.Greeting + "\r\n" + """{"return": {}, "id": 0}""" + "\r\n");

    /// <summary>The server's end of the next connection, which has said its opening.</summary>
    public async Task<Socket> AcceptAsync()
    {
        var accepted = await _listener.AcceptAsync(Ct);
        await accepted.SendAsync(Opening, Ct);
        return accepted;
    }

    public async Task<(QmpClient Client, Socket Server)> EstablishAsync(QmpClientOptions? options = null)
    {
        var connecting = QmpClient.ConnectAsync(QmpEndpoint.Unix(Path), options, Ct);
        var server = await AcceptAsync();
        return (await connecting, server);
    }

    public void Dispose()
    {
        _listener.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
