using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using Nerdbank.Streams;
using Pve.Migration.Transports;

namespace Pve.Migration.Tests.Transports;

public sealed class RelayTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    // TLS says its end in so many bytes, for which there may be no room
    [Fact]
    public async Task The_end_of_TLS_waits_for_a_peer_that_does_not_read_until_the_relay_is_stopped()
    {
        string folder = Directory.CreateTempSubdirectory("relay").FullName;
        await using var pair = await TlsPair.ConnectAsync(Path.Combine(folder, "s"));
        Directory.Delete(folder, recursive: true);
        (IDuplexPipe near, IDuplexPipe caller) = FullDuplexStream.CreatePipePair();
        var far = new NotedLink(pair.Client);
        using var stop = new CancellationTokenSource();
        pair.FillClientsBuffer();
        Task relaying = Relay.RunAsync(new PipeLink(near), far, stop.Token);
        await caller.Output.CompleteAsync();
        Task closing = await far.Closing.WaitAsync(Test);
        Assert.False(closing.IsCompleted || relaying.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => InTimeAsync(relaying));
        await InTimeAsync(pair.Client.DisposeAsync().AsTask());
        await Assert.ThrowsAnyAsync<Exception>(() => InTimeAsync(closing));
    }

    private static Task InTimeAsync(Task task) => task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Test);

    private sealed class NotedLink(IByteLink inner) : IByteLink
    {
        private readonly TaskCompletionSource<Task> _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Task> Closing => _closing.Task;

        public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReadAsync(buffer, cancellationToken);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => inner.WriteAsync(bytes, cancellationToken);

        public ValueTask CloseSendingAsync()
        {
            Task closing = inner.CloseSendingAsync().AsTask();
            _closing.SetResult(closing);
            return new ValueTask(closing);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    // At a unix socket, what is full stays full: over TCP the kernel may still move some of it on.
    private sealed class TlsPair(SocketLink client, Socket clients, Socket server, SslStream servers) : IAsyncDisposable
    {
        public SocketLink Client => client;

        public static async Task<TlsPair> ConnectAsync(string path)
        {
            using Socket listener = UnixSockets.Listen(path);
            Socket socket = await UnixSockets.ConnectAsync(path, Test);
            Socket accepted = await listener.AcceptAsync(Test);
            var (tls, servers) = (new SslStream(new NetworkStream(socket)), new SslStream(new NetworkStream(accepted)));
            await Task.WhenAll(
                tls.AuthenticateAsClientAsync(new() { TargetHost = "target", RemoteCertificateValidationCallback = (_, shown, _, _) => TestCertificate.Value.Equals(shown) }, Test),
                servers.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Value }, Test));
            return new TlsPair(new SocketLink(socket, tls), socket, accepted, servers);
        }

        /// <summary>Past TLS: nobody reads it.</summary>
        public void FillClientsBuffer()
        {
            clients.Blocking = false;
            SocketError error;
            do
            {
                clients.Send(new byte[4096], SocketFlags.None, out error);
            }
            while (error == SocketError.Success);

            Assert.Equal(SocketError.WouldBlock, error);
        }

        public async ValueTask DisposeAsync()
        {
            server.Dispose();
            await servers.DisposeAsync();
            await client.DisposeAsync();
        }
    }
}
