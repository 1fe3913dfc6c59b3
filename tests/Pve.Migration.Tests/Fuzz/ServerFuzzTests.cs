using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using CsCheck;
using Pve.Qmp.Tests.Fuzz;
using Nerdbank.Streams;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>
/// Whatever a client says, the server answers what is to be answered, asks its handler for nothing that was not well said, and ends with the
/// stream. The input never makes it wait, so that one which has not ended at once hangs: no clock is needed to see it.
/// </summary>
public sealed class ServerFuzzTests
{
    private static readonly string[] TextLines =
    [
        "resume 100", "resume 101", "resume 102", "resume 999999999", "resume 1000000000", "resume 00000000000000000000", "resume 0", "resume -1",
        "resume 1e3", "resume  100", "resume 100 ", "resume 100\r", "resume \u0661\u0662\u0663", "Resume 100", "resume", "resume ", "resume 100/../101",
        "quit", "quit\r", "QUIT", "version", "{\"cmd\":\"quit\"}", "tunnel online", "ver 1", "OK", "ERR: resume failed - no", "", " ", "\0", "resume 1\00",
    ];

    private static readonly string[] JsonLines =
    [
        """{"cmd":"version"}""", """{"cmd":"resume"}""", """{"cmd":"resume","vmid":101}""", """{"cmd":"nbdstop","any":[1,{"deep":null}]}""",
        """{"cmd":"unlock"}""", """{"cmd":"status"}""", """{"cmd":"status","more":1}""", """{"cmd":"ticket","path":"/run/qemu-server/100.migrate"}""",
        """{"cmd":"ticket","path":["/run"]}""", """{"cmd":"ticket"}""", """{"cmd":"config","conf":"memory: 512\n","firewall-config":""}""",
        """{"cmd":"config","conf":1}""", """{"cmd":"disk","format":"raw","storage":"local","drive":{}}""", """{"cmd":"disk","format":"raw","drive":"scsi0"}""",
        """{"cmd":"start","start_params":{"statefile":"unix"},"migrate_opts":{"type":"websocket"}}""", """{"cmd":"start"}""",
        """{"cmd":"set-replication-state","state":{}}""", """{"cmd":"fstrim"}""", """{"cmd":"bwlimit"}""", """{"cmd":"quit"}""", """{"cmd":"quit","cleanup":1}""",
        """{"cmd":"quit","cleanup":false}""", """{"cmd":"nosuch"}""", """{"cmd":""}""", """{"cmd":null}""", """{"cmd":{"cmd":"resume"}}""", """{"cm\u0064":"status"}""",
        """{"cmd":"status","cmd":"resume"}""", """{"cmd":"ticket","path":"/a","pa\u0074h":"/b"}""", """{"cmd":"unlock","any":{"a":1,"a":2}}""",
        """{"cmd":"\ud800"}""", """{"cmd":"unlock","\udc00":1}""", """{"cmd":"ticket","path":"\ud83d\ude00"}""", """{"cmd":"ticket","path":"\ud83d"}""",
        "{}", "[]", "null", "1e400", "\"quit\"", "quit", "resume 100", " {\"cmd\":\"status\"}\r", "{\"cmd\":\"status\"}{\"cmd\":\"resume\"}", "{\"cmd\":\"status\"", "", "\0",
        new string('[', 2000), "{\"cmd\":\"unlock\",\"deep\":" + new string('[', 62) + new string(']', 62) + "}", "// {\"cmd\":\"status\"}", "{\"cmd\":\"status\",}",
    ];

    [Fact]
    public void V0() => Run(MtunnelDialect.V0, TextLines);

    [Fact]
    public void V1() => Run(MtunnelDialect.V1, TextLines);

    [Fact]
    public void V2() => Run(MtunnelDialect.V2, JsonLines);

    private static void Run(MtunnelDialect dialect, string[] lines) => Gen.Select(FuzzInput.Conversation(lines), FuzzBytes.Piece)
        .Sample((bytes, piece) => Serve(dialect, bytes, piece), iter: FuzzInput.Count, print: sent => $"{sent.Item2}: {Convert.ToHexString(sent.Item1)}");

    private static void Serve(MtunnelDialect dialect, byte[] bytes, int piece)
    {
        var input = new PieceStream(bytes, piece);
        using var said = new MemoryStream();
        var handler = new FuzzedHandler();
        var options = new MtunnelServerOptions { Dialect = dialect, Vmid = 100, MaxLineLength = FuzzInput.MaxLine };
        PipeWriter output = PipeWriter.Create(said, new StreamPipeWriterOptions(leaveOpen: true));
        Task served = MtunnelServer.ServeAsync(new DuplexPipe(PipeReader.Create(input), output), handler, options, TestContext.Current.CancellationToken);
        Assert.True(served.IsCompleted, "it waits, and nothing can come");

        var model = new ServerModel();
        List<byte[]> heard = FuzzInput.Lines(bytes);
        int beyond = heard.FindIndex(line => line.Length > FuzzInput.MaxLine);
        int end = heard[..(beyond < 0 ? heard.Count : beyond)].FindIndex(line => !model.Hear(dialect, line));
        int tail = bytes.Length - heard.Sum(line => line.Length + 1);
        bool isTooLong = end < 0 && (beyond >= 0 || tail > FuzzInput.MaxLine);
        Assert.Equal(isTooLong, served.Exception?.InnerException is MtunnelLineTooLongException);
        Assert.Equal(isTooLong, !served.IsCompletedSuccessfully);
        Assert.Equal(model.Calls, handler.Calls);
        if (isTooLong)
        {
            int start = heard[..(beyond < 0 ? heard.Count : beyond)].Sum(line => line.Length + 1);
            Assert.InRange(input.Taken, start + FuzzInput.MaxLine, start + FuzzInput.MaxLine + 8192);
        }

        string greeting = dialect switch { MtunnelDialect.V0 => "tunnel online\n", MtunnelDialect.V1 => "tunnel online\nver 1\n", _ => "tunnel online\nver 2\n" };
        string answers = Encoding.UTF8.GetString(said.ToArray());
        Assert.StartsWith(greeting, answers, StringComparison.Ordinal);
        CheckAnswers(dialect, answers[greeting.Length..], model.Answers, isTooLong);
    }

    private static void CheckAnswers(MtunnelDialect dialect, string said, List<bool> expected, bool mayTellTheLimit)
    {
        string[] answers = said.Split('\n');
        Assert.Equal("", answers[^1]);
        Assert.InRange(answers.Length - 1, expected.Count, expected.Count + (mayTellTheLimit ? 1 : 0));
        for (int i = 0; i < answers.Length - 1; i++)
        {
            Assert.DoesNotContain(answers[i], char.IsControl);
            bool isGood = dialect == MtunnelDialect.V2 ? JsonElement.Parse(answers[i]).GetProperty("success").GetBoolean() : answers[i] == "OK";
            Assert.Equal(i < expected.Count && expected[i], isGood);
            Assert.True(isGood || dialect == MtunnelDialect.V2 || answers[i].StartsWith("ERR: ", StringComparison.Ordinal), answers[i]);
        }
    }
}
