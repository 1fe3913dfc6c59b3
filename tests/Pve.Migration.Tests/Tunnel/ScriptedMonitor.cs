using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Nerdbank.Streams;
using Pve.Qmp;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>
/// A QEMU's monitor, played from a script: "-> name" is the command it must be sent, "&lt;- text" the answer to that, with its id put in,
/// and "&lt;! text" an event.
/// </summary>
internal sealed class ScriptedMonitor : IDisposable
{
    private readonly IDuplexPipe _clients;
    private readonly IDuplexPipe _ours;
    private readonly StreamReader _heard;
    private string _id = "";

    public ScriptedMonitor()
    {
        (_clients, _ours) = FullDuplexStream.CreatePipePair();
        _heard = new StreamReader(_ours.Input.AsStream());
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    /// <summary>How often it was connected to.</summary>
    public int Connections { get; private set; }

    public Task<QmpClient> ConnectAsync(CancellationToken cancellationToken)
    {
        Connections++;
        return QmpClient.ConnectAsync(_clients, "scripted monitor", cancellationToken: cancellationToken);
    }

    public void Dispose() => _heard.Dispose();

    /// <summary>Plays the handshake.</summary>
    public async Task GreetAsync()
    {
        await SayAsync("""{"QMP":{"version":{"qemu":{"micro":22,"minor":2,"major":7},"package":""},"capabilities":["oob"]}}""");
        await PlayAsync("""
            -> qmp_capabilities
            <- {"return":{}}
            """);
    }

    public async Task PlayAsync(string transcript)
    {
        foreach (var line in transcript.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var text = line[2..].TrimStart();
            switch (line[..2])
            {
                case "->":
                    await ExpectAsync(text);
                    break;
                case "<-":
                    await SayAsync($"{text[..^1]},\"id\":{_id}}}");
                    break;
                default:
                    await SayAsync(text[..^1] + ",\"timestamp\":{\"seconds\":1,\"microseconds\":2}}");
                    break;
            }
        }
    }

    /// <summary>The client has closed its side.</summary>
    public async Task ExpectEndAsync() => Assert.Null(await _heard.ReadLineAsync(Test));

    /// <summary>The client has closed its side, and did not send this command before.</summary>
    public async Task ExpectNoneOfAsync(string name)
    {
        while (await _heard.ReadLineAsync(Test) is { } line)
        {
            using var command = JsonDocument.Parse(line);
            Assert.NotEqual(name, command.RootElement.GetProperty("execute").GetString());
        }
    }

    /// <summary>QEMU is gone.</summary>
    public async Task HangUpAsync() => await _ours.Output.CompleteAsync();

    private async Task ExpectAsync(string name)
    {
        var line = await _heard.ReadLineAsync(Test);
        Assert.NotNull(line);
        using var command = JsonDocument.Parse(line);
        Assert.Equal(name, command.RootElement.GetProperty("execute").GetString());
        _id = command.RootElement.GetProperty("id").GetRawText();
    }

    private async Task SayAsync(string line) => await _ours.Output.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), Test);
}
