using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Pve.AotSmoke;

/// <summary>A QMP server in memory: it greets, sends STOP when it is told to stop, knows no <c>query-migrate</c> and agrees to the rest.</summary>
internal sealed class ScriptedMonitor : IAsyncDisposable
{
    private readonly Pipe _commands = new();
    private readonly Pipe _replies = new();
    private readonly Task _serving;

    public ScriptedMonitor(CancellationToken token)
    {
        Client = new TwoPipes(_replies.Reader, _commands.Writer);
        _serving = ServeAsync(token);
    }

    public IDuplexPipe Client { get; }

    public string LastLine { get; private set; } = "";

    public async ValueTask DisposeAsync()
    {
        await _commands.Writer.CompleteAsync();
        await _serving;
    }

    private async Task ServeAsync(CancellationToken token)
    {
        await SendAsync("""{"QMP":{"version":{"qemu":{"micro":22,"minor":2,"major":7},"package":""},"capabilities":["oob"]}}""", token);
        using var lines = new StreamReader(_commands.Reader.AsStream(), Encoding.UTF8);
        while (await lines.ReadLineAsync(token) is { } line)
        {
            LastLine = line;
            using var command = JsonDocument.Parse(line);
            var id = command.RootElement.GetProperty("id").GetRawText();
            switch (command.RootElement.GetProperty("execute").GetString())
            {
                case "query-status":
                    await SendAsync($$"""{"return":{"status":"running","singlestep":false,"running":true},"id":{{id}} }""", token);
                    break;
                case "query-migrate":
                    await SendAsync($$"""{"error":{"class":"GenericError","desc":"no"},"id":{{id}} }""", token);
                    break;
                case "stop":
                    await SendAsync("""{"timestamp":{"seconds":1,"microseconds":2},"event":"STOP"}""", token);
                    goto default;
                default:
                    await SendAsync($$"""{"return":{},"id":{{id}} }""", token);
                    break;
            }
        }

        await _replies.Writer.CompleteAsync();
    }

    private async Task SendAsync(string line, CancellationToken token)
        => await _replies.Writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), token);

    private sealed record TwoPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
