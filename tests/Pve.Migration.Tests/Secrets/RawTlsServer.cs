using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Pve.Migration.Tests.Transports;

namespace Pve.Migration.Tests.Secrets;

/// <summary>Takes one request by TLS, and says back what a test makes of it: no HTTP server would.</summary>
internal sealed class RawTlsServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, string?> _answer;
    private readonly Task _serving;

    /// <param name="answer">Gets the request's head; null answers nothing, and keeps the connection.</param>
    public RawTlsServer(Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using Socket accepted = await _listener.AcceptAsync(_stop.Token);
                await AnswerAsync(accepted);
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }

    private async Task AnswerAsync(Socket accepted)
    {
        try
        {
            await using var tls = new SslStream(new NetworkStream(accepted));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Value }, _stop.Token);
            string head = await ReadHeadAsync(tls);
            if (_answer(head) is { } answer)
            {
                await tls.WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token);
                await tls.ShutdownAsync();
                return;
            }

            while (await tls.ReadAsync(new byte[1024], _stop.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // the client has left
        }
    }

    private async Task<string> ReadHeadAsync(SslStream tls)
    {
        var head = new StringBuilder();
        byte[] buffer = new byte[4096];
        int read;
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && (read = await tls.ReadAsync(buffer, _stop.Token)) > 0)
        {
            head.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return head.ToString();
    }
}
