using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Nerdbank.Streams;

namespace Pve.Migration.Tests.Tunnel;

public sealed class MtunnelServerV2Tests : IMtunnelHandler
{
    private readonly List<string> _calls = [];

    public IReadOnlyCollection<string> Commands => ["nbdstop", "ticket", "unlock", "status", "set-replication-state"];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"cmd":"version"}""", """{"success":true,"api":2,"age":0,"capabilities":["set-replication-state","status"]}""")]
    [InlineData("""{"cmd":"resume"}""", """{"success":true}""")]
    [InlineData("""{"cmd":"nbdstop"}""", """{"success":true}""")]
    [InlineData("""{"cmd":"ticket","path":"/run/qemu-server/100.migrate"}""", """{"success":true,"ticket":"T"}""")]
    [InlineData("""{"cmd":"unlock"}""", """{"success":false,"msg":"failed to handle \u0027unlock\u0027 command - it is not locked"}""")]
    [InlineData("junk", """{"success":false,"msg":"failed to parse command - one JSON object a line is expected"}""")]
    [InlineData("", """{"success":false,"msg":"failed to parse command - one JSON object a line is expected"}""")]
    [InlineData("{}", """{"success":false,"msg":"\u0027cmd\u0027 missing"}""")]
    [InlineData("""{"cmd":"rm"}""", """{"success":false,"msg":"unknown command \u0027rm\u0027 given"}""")]
    [InlineData("""{"cmd":"bwlimit"}""", """{"success":false,"msg":"unknown command \u0027bwlimit\u0027 given"}""")] // one the handler lacks
    [InlineData("""{"cmd":"ticket"}""", """{"success":false,"msg":"failed to handle \u0027ticket\u0027 command - path: property is missing and it is not optional"}""")]
    [InlineData("""{"cmd":"ticket","path":[]}""", """{"success":false,"msg":"failed to handle \u0027ticket\u0027 command - path: type check failed, Text expected"}""")]
    [InlineData("""{"cmd":"status","vmid":7}""", """{"success":false,"msg":"failed to handle \u0027status\u0027 command - vmid: property is not defined in schema and the schema does not allow additional properties"}""")]
    [InlineData("""{"cmd":"resume","vmid":7}""", """{"success":true}""")] // Proxmox VE has no schema for it
    [InlineData("{\"cmd\":\"quit\"}\n{\"cmd\":\"resume\"}", "{\"success\":true}\n{\"success\":false,\"msg\":\"tunnel is in exit-mode, processing \\u0027resume\\u0027 cmd not possible\"}")]
    public async Task Answers_each_line(string said, string answers)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(said + "\n");
        for (int cut = 0; cut < bytes.Length; cut++)
        {
            Assert.Equal("tunnel online\nver 2\n" + answers + "\n", await TalkAsync(new MtunnelServerOptions { Dialect = MtunnelDialect.V2, Vmid = 100 }, bytes[..cut], bytes[cut..]));
        }
    }

    [Fact]
    public async Task Over_a_WebSocket_it_does_not_greet()
    {
        var options = new MtunnelServerOptions { Dialect = MtunnelDialect.V2, Vmid = 100, SendGreeting = false };
        Assert.Equal("{\"success\":true}\n", await TalkAsync(options, "{\"cmd\":\"quit\",\"cleanup\":1}\n"u8.ToArray()));
        Assert.Equal(["clean up 100"], _calls);
    }

    [Fact]
    public async Task It_serves_the_one_VM_it_is_told()
    {
        await TalkAsync(
            new MtunnelServerOptions { Dialect = MtunnelDialect.V2, Vmid = 100 },
            """
            {"cmd":"set-replication-state","state":{"a":1}}
            {"cmd":"resume"}
            {"cmd":"quit","cleanup":0}

            """u8.ToArray());
        Assert.Equal(["set-replication-state 100 {\"cmd\":\"set-replication-state\",\"state\":{\"a\":1}}", "resume 100"], _calls);
    }

    [Fact]
    public async Task A_VM_must_be_named_and_v1_greets()
    {
        (_, IDuplexPipe servers) = FullDuplexStream.CreatePipePair();
        await Assert.ThrowsAsync<ArgumentException>(() => MtunnelServer.ServeAsync(servers, this, new MtunnelServerOptions { Dialect = MtunnelDialect.V2 }, Test));
        await Assert.ThrowsAsync<ArgumentException>(() => MtunnelServer.ServeAsync(servers, this, new MtunnelServerOptions { SendGreeting = false }, Test));
    }

    Task IMtunnelHandler.ResumeAsync(int vmid, CancellationToken cancellationToken)
    {
        _calls.Add($"resume {vmid}");
        return Task.CompletedTask;
    }

    Task<JsonElement> IMtunnelHandler.ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        _calls.Add($"{request.Command} {request.Vmid} {request.Parameters}");
        return request.Command switch
        {
            "unlock" => throw new MtunnelRefusedException("it is not locked"),
            "ticket" => Task.FromResult(JsonElement.Parse("""{"ticket":"T"}""")),
            _ => Task.FromResult(default(JsonElement)),
        };
    }

    Task IMtunnelHandler.CleanUpAsync(int vmid, CancellationToken cancellationToken)
    {
        _calls.Add($"clean up {vmid}");
        return Task.CompletedTask;
    }

    private async Task<string> TalkAsync(MtunnelServerOptions options, params byte[][] parts)
    {
        (IDuplexPipe ours, IDuplexPipe servers) = FullDuplexStream.CreatePipePair();
        Task serving = MtunnelServer.ServeAsync(servers, this, options, Test);
        foreach (byte[] part in parts.Where(part => part.Length > 0))
        {
            await ours.Output.WriteAsync(part, Test);
        }

        await ours.Output.CompleteAsync();
        using var reader = new StreamReader(ours.Input.AsStream());
        string said = await reader.ReadToEndAsync(Test);
        await serving;
        return said;
    }
}
