using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Mtunnel.Hosting;
using Pve.Migration;

namespace Pve.Integration.Tests.Target;

/// <summary>What is asked of a guest's agent, and what it may do to us.</summary>
public sealed class GuestAgentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pve-a-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly FakeTimeProvider _time = new();

    public GuestAgentTests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Agent));
        _listener.Listen();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Agent => Path.Combine(_folder, "100.qga");

    public void Dispose()
    {
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_is_synchronized_and_then_trims()
    {
        var trimming = GuestAgent.TrimAsync(Agent, _time, Cancellation);
        using var agent = await AcceptAsync();
        var id = await ReadSyncAsync(agent);
        await agent.WriteAsync(Encoding.Latin1.GetBytes($"{{\"return\": 1}}\nold\u00FF{{\"return\": {id}}}\n"), Cancellation);
        Assert.Equal("{\"execute\":\"guest-fstrim\"}", await ReadLineAsync(agent));
        await agent.WriteAsync("{\"return\": {\"paths\": []}}\n"u8.ToArray(), Cancellation);
        await trimming;
    }

    [Fact]
    public async Task Its_failure_is_told()
    {
        var trimming = GuestAgent.TrimAsync(Agent, _time, Cancellation);
        using var agent = await AcceptAsync();
        await agent.WriteAsync(Encoding.Latin1.GetBytes($"\u00FF{{\"return\": {await ReadSyncAsync(agent)}}}\n"), Cancellation);
        await ReadLineAsync(agent);
        await agent.WriteAsync("{\"error\": {\"class\": \"GenericError\"}}\n"u8.ToArray(), Cancellation);
        Assert.Contains("could not trim", await FailureAsync(trimming), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_keeps_silent_is_given_up()
    {
        var trimming = GuestAgent.TrimAsync(Agent, _time, Cancellation);
        using var agent = await AcceptAsync();
        await ReadSyncAsync(agent);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("does not answer", await FailureAsync(trimming), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("junk\n")]
    [InlineData("\u00FFjunk\n")]
    [InlineData("\u00FF7\n")]
    [InlineData("")]
    public async Task One_that_talks_nonsense_and_hangs_up_is_told_of(string says)
    {
        var trimming = GuestAgent.TrimAsync(Agent, _time, Cancellation);
        using (var agent = await AcceptAsync())
        {
            await ReadSyncAsync(agent);
            await agent.WriteAsync(Encoding.Latin1.GetBytes(says), Cancellation);
        }

        Assert.Contains("cannot be talked to", await FailureAsync(trimming), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_reply_is_given_up()
    {
        var trimming = GuestAgent.TrimAsync(Agent, _time, Cancellation);
        using var agent = await AcceptAsync();
        await ReadSyncAsync(agent);
        try
        {
            await agent.WriteAsync(new byte[8 << 20], Cancellation);
        }
        catch (IOException)
        {
            // it has hung up, as it should
        }

        Assert.Contains("without an end", await FailureAsync(trimming), StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_there_is_none_is_told()
        => Assert.Contains("there is no guest agent", await FailureAsync(GuestAgent.TrimAsync(Path.Combine(_folder, "other.qga"), _time, Cancellation)), StringComparison.Ordinal);

    private static async Task<string> FailureAsync(Task trimming) => (await Assert.ThrowsAsync<MtunnelRefusedException>(() => trimming)).ErrorText;

    private async Task<NetworkStream> AcceptAsync() => new(await _listener.AcceptAsync(Cancellation), ownsSocket: true);

    private static async Task<int> ReadSyncAsync(NetworkStream agent)
    {
        var line = await ReadLineAsync(agent);
        Assert.Equal('\u00FF', line[0]);
        var ask = JsonElement.Parse(line[1..]);
        Assert.Equal("guest-sync-delimited", ask.GetProperty("execute").GetString());
        return ask.GetProperty("arguments").GetProperty("id").GetInt32();
    }

    private static async Task<string> ReadLineAsync(NetworkStream agent)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await agent.ReadAsync(one, Cancellation) == 1 && one[0] != '\n')
        {
            line.Append((char)one[0]);
        }

        return line.ToString();
    }
}
