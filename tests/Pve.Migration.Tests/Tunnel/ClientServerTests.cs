namespace Pve.Migration.Tests.Tunnel;

public sealed class ClientServerTests : IMtunnelHandler
{
    private readonly List<int> _resumed = [];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    Task IMtunnelHandler.ResumeAsync(int vmid, CancellationToken cancellationToken)
    {
        _resumed.Add(vmid);
        return vmid == 404 ? throw new MtunnelRefusedException("VM 404 not running\nOK") : Task.CompletedTask;
    }

    [Fact]
    public async Task V1_with_v1()
    {
        await using MtunnelClient client = await MtunnelClient.OpenAsync(Transport(MtunnelDialect.V1), cancellationToken: Test);
        Assert.Equal(MtunnelDialect.V1, await client.Negotiated);
        for (int i = 1; i <= 100; i++)
        {
            await client.ResumeAsync(i, Test);
        }

        await client.QuitAsync(Test);
        Assert.Equal(Enumerable.Range(1, 100), _resumed);
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task V1_refused()
    {
        await using MtunnelClient client = await MtunnelClient.OpenAsync(Transport(MtunnelDialect.V1), cancellationToken: Test);
        MtunnelRefusedException e = await Assert.ThrowsAsync<MtunnelRefusedException>(() => client.ResumeAsync(404, Test));
        Assert.Equal("resume failed - VM 404 not running OK", e.ErrorText);
        await client.QuitAsync(Test);
    }

    [Fact]
    public async Task V1_with_v0()
    {
        await using MtunnelClient client = await MtunnelClient.OpenAsync(Transport(MtunnelDialect.V0), cancellationToken: Test);
        Assert.Equal(MtunnelDialect.V0, client.SettleDialect());
        await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ResumeAsync(100, Test));
        await client.QuitAsync(Test);
        Assert.Empty(_resumed);
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task Without_quorum()
    {
        var transport = new InProcessTransport((pipe, stop) => MtunnelServer.ServeAsync(pipe, this, new MtunnelServerOptions { HasQuorum = false }, stop));
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(transport, cancellationToken: Test));
        Assert.Equal(MtunnelGreetingFailure.NoQuorum, e.Failure);
    }

    [Fact]
    public async Task A_server_that_fails_says_why()
    {
        var transport = new InProcessTransport(static (_, _) => throw new InvalidOperationException("broken"));
        await using IMtunnelConnection connection = await transport.ConnectAsync(Test);
        Assert.Equal("the server in this process failed: InvalidOperationException: broken", await connection.Ended);
        MtunnelGreetingException e = await Assert.ThrowsAsync<MtunnelGreetingException>(() => MtunnelClient.OpenAsync(transport, cancellationToken: Test));
        Assert.Contains("broken", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_the_connection_stops_the_server()
    {
        IMtunnelConnection connection = await Transport(MtunnelDialect.V1).ConnectAsync(Test);
        await connection.DisposeAsync();
        await connection.DisposeAsync();
        Assert.True(connection.Ended.IsCompletedSuccessfully);
    }

    private InProcessTransport Transport(MtunnelDialect dialect) =>
        new((pipe, stop) => MtunnelServer.ServeAsync(pipe, this, new MtunnelServerOptions { Dialect = dialect }, stop));
}
