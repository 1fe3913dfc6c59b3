using System.Text;
using System.Text.Json;
using CsCheck;
using Pve.Qmp.Tests.Fuzz;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>
/// Whatever a server says, each command of the client has an outcome, and what it takes for the answer to the command N is the line N behind
/// the agreement and no other. Time is a hand's: what has been said was heard, and a deadline ends what it did not answer.
/// </summary>
public sealed class ClientFuzzTests
{
    private const string Online = "tunnel online\n";
    private const string Agrees = """{"success":true,"api":2,"age":0,"capabilities":["status"]}""" + "\n";

    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private static readonly string[] TextLines =
    [
        "OK", "OK", "OK", "OK\r", "ok", "OK ", "", "\0", "ERR: resume failed - no", "ERR: ", "ERR:", "ERR", "tunnel online", "ver 1", "ver 2",
        """{"success":true}""", "ERR: PVETUNNEL:secret", "OK\0", "no quorum",
    ];

    private static readonly string[] JsonLines =
    [
        """{"success":true}""", """{"success":true,"n":1}""", """{"success":1,"n":[2,{"deep":null}]}""", """{"success":"1"}""", """ {"n":4,"success":true} """,
        """{"success":false,"msg":"no\nOK"}""", """{"success":0}""", """{"success":"","msg":5}""", """{"success":null}""", """{"success":2.5}""", """{"success":"yes"}""",
        """{"msg":"no"}""", "{}", "[]", "null", "OK", "ERR: no", "", "\0", """{"success":true}{"success":true}""", """{"success":true""", """{"success":[true]}""",
        """{"success":true,"success":false}""", """{"success":false,"msg":"\udfff"}""", """{"success":"\ud800"}""", """{"success":true,"\ud800":[]}""",
        """{"success":true,"api":2,"age":0}""", """{"success":true,"api":2,"age":0,"capabilities":["\ud800"]}""", """{"success":true,"api":"9","age":"7"}""", """{"success":true,"api":1e99,"age":-1}""", new string('[', 2000),
    ];

    private static readonly string[] GreetingLines =
    [
        "tunnel online", "tunnel online", "tunnel online\nver 1", "ver 1", "ver 2", "ver 0", "ver 99999999999999999999", "ver", "ver 1 ", "no quorum",
        "Welcome to this node", "tunnel online\r", "", "\0", "OK", .. JsonLines,
    ];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public Task V0() => RunAsync(Online, TextLines);

    [Fact]
    public Task V1() => RunAsync(Online + "ver 1\n", TextLines);

    [Fact]
    public Task V2() => RunAsync(Online + "ver 2\n" + Agrees, JsonLines);

    [Fact]
    public Task Whatever_it_greets_with() => Gen.Select(FuzzInput.Conversation(GreetingLines), FuzzBytes.Piece).SampleAsync(async (said, piece) =>
    {
        (FuzzedPeer peer, FakeTimeProvider time) = (new FuzzedPeer(), new FakeTimeProvider());
        Task<MtunnelClient> opening = Open(peer, time);
        peer.Say(said, piece);
        peer.End();
        time.Advance(Long);
        try
        {
            await using MtunnelClient client = await opening;
            if (await Record.ExceptionAsync(() => client.Negotiated) is { } failure)
            {
                Assert.IsAssignableFrom<MtunnelException>(failure);
                await Assert.ThrowsAnyAsync<MtunnelException>(() => client.ResumeAsync(100, Test));
            }
            else
            {
                await Assert.ThrowsAnyAsync<MtunnelException>(() => client.ResumeAsync(100, Test));
                Assert.NotNull(client.FaultReason);
            }
        }
        catch (MtunnelGreetingException e)
        {
            Assert.False(e.TunnelUsable);
        }
    }, iter: FuzzInput.Count, print: Print);

    // the answers to three commands, each said once the command is sent
    private static Task RunAsync(string greeting, string[] lines)
    {
        Gen<byte[]> answer = Gen.Frequency((3, FuzzInput.OneOf(lines)), (3, FuzzInput.OneOf(lines[..3])), (2, FuzzInput.Conversation(lines)));
        return Gen.Select(answer.Array[3], FuzzBytes.Piece, Gen.Bool).SampleAsync(
            (said, piece, quits) => TalkAsync(greeting, said, piece, quits), iter: FuzzInput.Count,
            print: sent => $"{sent.Item3} {sent.Item2}: {string.Join(' ', sent.Item1.Select(Convert.ToHexString))}");
    }

    private static async Task TalkAsync(string greeting, byte[][] said, int piece, bool quits)
    {
        (FuzzedPeer peer, FakeTimeProvider time) = (new FuzzedPeer(), new FakeTimeProvider());
        Task<MtunnelClient> opening = Open(peer, time);
        foreach (string line in greeting.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            peer.Say(line + "\n"); // a server speaks when it is asked
        }

        await using MtunnelClient client = await opening;
        time.Advance(TimeSpan.FromSeconds(10)); // v0 is told by its silence
        MtunnelDialect dialect = await client.Negotiated;
        string agreed = peer.Heard();
        List<byte[]> lines = FuzzInput.Lines([.. said.SelectMany(static bytes => bytes)]);
        bool wasGood = true;
        for (int i = 0; i < said.Length; i++)
        {
            bool isGood = await AskAsync(client, dialect, peer, time, i, said[i], piece, i < lines.Count ? lines[i] : null);
            Assert.True(wasGood || !isGood, "a spoilt tunnel gives no answer");
            wasGood = isGood;
        }

        Task quit = quits ? client.QuitAsync(Test) : Task.CompletedTask;
        peer.End();
        time.Advance(Long);
        Assert.True(await Record.ExceptionAsync(() => quit) is null or MtunnelException);
        Assert.True(wasGood || client.IsFaulted);
        Assert.Equal(dialect == MtunnelDialect.V2 ? """{"cmd":"version"}""" + "\n" : "", agreed);
        Assert.Equal(quits ? 1 : 0, Count(peer.Heard(), "quit"));
    }

    // whether the tunnel is as good as before
    private static async Task<bool> AskAsync(
        MtunnelClient client, MtunnelDialect dialect, FuzzedPeer peer, FakeTimeProvider time, int number, byte[] said, int piece, byte[]? line)
    {
        bool wasFaulted = client.IsFaulted;
        Task<JsonElement> command = dialect == MtunnelDialect.V2 ? client.ExecuteAsync("nbdstop") : ResumeAsync(client, 100 + number);
        string sent = peer.Heard();
        peer.Say(said, piece);
        bool isUnheard = wasFaulted || dialect == MtunnelDialect.V0;
        Assert.Equal(isUnheard ? "" : dialect == MtunnelDialect.V1 ? $"resume {100 + number}\n" : """{"cmd":"nbdstop"}""" + "\n", sent);
        time.Advance(Long);
        try
        {
            JsonElement result = await command;
            Assert.False(isUnheard);
            Assert.NotNull(line);
            Assert.Equal(dialect == MtunnelDialect.V1 ? "OK" : result.GetRawText(), Encoding.UTF8.GetString(line).Trim([' ', '\t', '\r']));
            Assert.True(dialect == MtunnelDialect.V1 ? line.Length == 2 : result.TryGetProperty("success", out _));
        }
        catch (MtunnelRefusedException e)
        {
            Assert.False(isUnheard);
            Assert.Equal(dialect == MtunnelDialect.V2, e.TunnelUsable || client.IsFaulted && dialect == MtunnelDialect.V2);
            Assert.StartsWith(dialect == MtunnelDialect.V1 ? "ERR: " : "{", Encoding.UTF8.GetString(line!).TrimStart(), StringComparison.Ordinal);
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
        catch (MtunnelNoReplyException e)
        {
            Assert.False(isUnheard || e.TunnelUsable);
            Assert.True(client.IsFaulted);
        }
        catch (MtunnelFaultedException)
        {
            Assert.True(wasFaulted);
        }
        catch (MtunnelConnectionException)
        {
            Assert.True(wasFaulted);
        }
        catch (MtunnelUnsupportedException)
        {
            Assert.Equal(MtunnelDialect.V0, dialect);
        }

        Assert.True(client.FaultReason is not { Length: > 5000 }, "a peer's error counts up to 4096 characters");
        return !client.IsFaulted;
    }

    private static async Task<JsonElement> ResumeAsync(MtunnelClient client, int vmid)
    {
        await client.ResumeAsync(vmid);
        return default;
    }

    private static Task<MtunnelClient> Open(FuzzedPeer peer, FakeTimeProvider time) =>
        MtunnelClient.OpenAsync(peer, new MtunnelClientOptions { TimeProvider = time, MaxLineLength = FuzzInput.MaxLine });

    private static int Count(string text, string word) => text.Split(word).Length - 1;

    private static string Print((byte[] Said, int Piece) sent) => $"{sent.Piece}: {Convert.ToHexString(sent.Said)}";
}
