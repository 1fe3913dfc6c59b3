using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Nerdbank.Streams;

namespace Pve.Migration.Tests.Tunnel;

// A server whose client is played from a script: "-> line" is what the client sends, "<- line" is what it must hear.
internal sealed class ServedTunnel : IMtunnelHandler, IDisposable
{
    private readonly IDuplexPipe _clients;
    private readonly StreamReader _heard;

    public ServedTunnel(MtunnelDialect dialect, MtunnelServerOptions? options = null)
    {
        (_clients, IDuplexPipe servers) = FullDuplexStream.CreatePipePair();
        _heard = new StreamReader(_clients.Input.AsStream());
        Served = MtunnelServer.ServeAsync(servers, this, (options ?? new MtunnelServerOptions()) with { Dialect = dialect, Vmid = 100 }, Test);
    }

    /// <summary>What the handler was asked to do, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What it was told beside that, in order.</summary>
    public List<string> Signs { get; } = [];

    /// <summary>Ends when the server has left the tunnel.</summary>
    public Task Served { get; }

    public Exception? ResumeFails { get; init; }

    public Exception? CleanUpFails { get; set; }

    /// <summary>Where <c>ticket</c>'s come from; from nowhere unless set.</summary>
    public MtunnelTickets? Tickets { get; init; }

    public IReadOnlyCollection<string> Commands { get; init; } =
        ["config", "nbdstop", "status", "ticket", "unlock", "fstrim", "stop", "bwlimit", "disk", "start"];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async Task PlayAsync(string transcript)
    {
        foreach (string line in transcript.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("->", StringComparison.Ordinal))
            {
                await SayAsync(line[2..].TrimStart() + "\n");
            }
            else
            {
                Assert.Equal(line, "<- " + await _heard.ReadLineAsync(Test));
            }
        }
    }

    public async Task SayAsync(string raw) => await _clients.Output.WriteAsync(Encoding.UTF8.GetBytes(raw), Test);

    public async Task EndAsync() => await _clients.Output.CompleteAsync();

    /// <summary>What the server says until it ends, which it does by itself.</summary>
    public async Task<string> HearRestAsync()
    {
        string rest = await _heard.ReadToEndAsync(Test);
        await Served.WaitAsync(Test);
        return rest;
    }

    /// <summary>What the server has said, whatever it ended with.</summary>
    public async Task<string> HearAllAsync() => await _heard.ReadToEndAsync(Test);

    public void Dispose() => _heard.Dispose();

    void IMtunnelHandler.OnTunnelBegun(int vmid) => Signs.Add($"begun {vmid}");

    void IMtunnelHandler.OnTunnelWoken(int vmid) => Signs.Add($"woken {vmid}");

    Task IMtunnelHandler.ResumeAsync(int vmid, CancellationToken cancellationToken) => DoAsync($"resume {vmid}", ResumeFails);

    async Task<JsonElement> IMtunnelHandler.ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        await DoAsync(request.Command);
        return request.Command == "ticket" && Tickets is not null
            ? JsonSerializer.SerializeToElement(new { ticket = Tickets.Issue(request.Parameters.GetProperty("path").GetString()!) })
            : default;
    }

    Task IMtunnelHandler.CleanUpAsync(int vmid, CancellationToken cancellationToken) => DoAsync($"clean up {vmid}", CleanUpFails);

    Task IMtunnelHandler.AbandonAsync(int vmid, CancellationToken cancellationToken) => DoAsync($"abandon {vmid}");

    private Task DoAsync(string what, Exception? failure = null)
    {
        Calls.Add(what);
        return failure is null ? Task.CompletedTask : Task.FromException(failure);
    }
}
