using System.IO.Pipelines;
using System.Security.Cryptography;

namespace Pve.Migration.Tests.Transports;

/// <summary>What every transport promises: a tunnel, and its end told in time.</summary>
public abstract class TransportContract : IAsyncLifetime
{
    protected static CancellationToken Test => TestContext.Current.CancellationToken;

    /// <summary>Short, since a socket's path is.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("pve-t-").FullName;

    /// <summary>What the server's end does with each tunnel.</summary>
    protected Func<IDuplexPipe, CancellationToken, Task> Serve { get; set; } = static (pipe, stop) => MtunnelServer.ServeAsync(pipe, new Resumer(), cancellationToken: stop);

    /// <summary>Starts a server that lets clients reach <c>*.far</c> in the folder, and returns the way to it.</summary>
    protected abstract Task<IMtunnelTransport> StartAsync();

    /// <summary>Ends the server; what a test left in the folder is then found.</summary>
    protected abstract ValueTask StopAsync();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Assert.Empty(Directory.GetFiles(Folder));
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_tunnel()
    {
        IMtunnelTransport transport = await StartAsync();
        await using MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
        Assert.Equal(MtunnelDialect.V1, await client.Negotiated);
        await client.ResumeAsync(100, Test);
        await client.ResumeAsync(101, Test);
        await client.QuitAsync(Test);
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task Many_tunnels_at_once()
    {
        IMtunnelTransport transport = await StartAsync();
        await Task.WhenAll(Enumerable.Range(1, 8).Select(async i =>
        {
            await using MtunnelClient client = await MtunnelClient.OpenAsync(transport, cancellationToken: Test);
            await client.ResumeAsync(i, Test);
            await client.QuitAsync(Test);
        }));
    }

    [Fact]
    public async Task A_long_line_arrives_whole()
    {
        byte[] sent = RandomNumberGenerator.GetBytes(1_000_000);
        var arrived = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve = async (pipe, stop) =>
        {
            ReadResult read = await pipe.Input.ReadAtLeastAsync(sent.Length, stop);
            arrived.SetResult(System.Buffers.BuffersExtensions.ToArray(read.Buffer));
            pipe.Input.AdvanceTo(read.Buffer.End);
            await pipe.Input.ReadAsync(stop);
        };
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        await connection.Output.WriteAsync(sent, Test);
        Assert.Equal(sent, await arrived.Task.WaitAsync(Test));
    }

    [Fact]
    public async Task The_servers_end_is_told_before_the_stream_ends()
    {
        Serve = static async (pipe, stop) =>
        {
            await pipe.Output.WriteAsync("bye\n"u8.ToArray(), stop);
            await pipe.Output.CompleteAsync();
            await pipe.Input.CompleteAsync();
        };
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        ReadResult read;
        long length = 0;
        do
        {
            read = await connection.Input.ReadAsync(Test);
            length += read.Buffer.Length;
            connection.Input.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
        Assert.Equal(4, length);
        Assert.True(connection.Ended.IsCompletedSuccessfully, "the reason is there when the end is seen");
        Assert.NotEmpty(await connection.Ended);
    }

    [Fact]
    public async Task The_end_is_seen_while_nobody_reads()
    {
        IMtunnelTransport transport = await StartAsync();
        await using IMtunnelConnection connection = await transport.ConnectAsync(Test);
        await StopAsync();
        Assert.NotEmpty(await connection.Ended.WaitAsync(Test));
    }

    [Fact]
    public async Task Disposing_twice_and_at_once_is_one_end()
    {
        IMtunnelTransport transport = await StartAsync();
        IMtunnelConnection connection = await transport.ConnectAsync(Test);
        await Task.WhenAll(connection.DisposeAsync().AsTask(), connection.DisposeAsync().AsTask());
        await connection.DisposeAsync();
        Assert.True(connection.Ended.IsCompletedSuccessfully);
    }
}
