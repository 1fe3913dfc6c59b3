using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using CsCheck;
using Nerdbank.Streams;
using Pve.Qmp.Tests.Fuzz;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>
/// Whatever a connection begins with, it is joined to a socket by nothing but a ticket that was issued for that socket, once; and it ends with its
/// input. The sockets are real ones.
/// </summary>
public sealed class ForwardFuzzTests : IAsyncDisposable
{
    // @A and @B are sockets, @C is one that tickets are issued for and that may not be opened, @N is none; @a to @c and @n are their tickets, @u is one for
    // @A that was used, and the others are @a with something wrong
    private static readonly string[] Lines =
    [
        """{"cmd":"forward","path":"@A","ticket":"@a"}""", """{"cmd":"forward","path":"@B","ticket":"@b"}""", """{"ticket":"@b","path":"@B","cmd":"forward"}""",
        """ { "cmd" : "forward", "path" : "@A", "ticket" : "@a" } """ + "\r", """{"cm\u0064":"forward","p\u0061th":"@A","ticket":"@a"}""",
        """{"cmd":"forward","path":"@A","ticket":"@b"}""", """{"cmd":"forward","path":"@B","ticket":"@a"}""", """{"cmd":"forward","path":"@C","ticket":"@c"}""",
        """{"cmd":"forward","path":"@C","ticket":"@a"}""", """{"cmd":"forward","path":"@N","ticket":"@n"}""", """{"cmd":"forward","path":"@A","ticket":"@u"}""",
        """{"cmd":"forward","path":"@A","ticket":"@short"}""", """{"cmd":"forward","path":"@A","ticket":"@long"}""", """{"cmd":"forward","path":"@A","ticket":"@upper"}""",
        """{"cmd":"forward","path":"@A","ticket":""}""", """{"cmd":"forward","path":"","ticket":"@a"}""", """{"cmd":"forward","path":"@A/","ticket":"@a"}""",
        """{"cmd":"forward","path":"/@A","ticket":"@a"}""", """{"cmd":"forward","path":"@A\u0000","ticket":"@a"}""", """{"cmd":"forward","path":"@A","ticket":"@a\n"}""",
        """{"cmd":"forward","path":"@C/../a.far","ticket":"@a"}""", """{"cmd":"forward","path":"/run/qemu-server/100.migrate","ticket":"@a"}""",
        """{"cmd":"forward","path":["@A"],"ticket":"@a"}""", """{"cmd":"forward","path":"@A","ticket":{"@a":"@a"}}""", """{"cmd":"forward","path":1,"ticket":2}""",
        """{"cmd":"forward","path":null,"ticket":"@a"}""", """{"cmd":"forward","path":"@A","ticket":null}""", """{"cmd":"forward","path":"@A"}""",
        """{"cmd":"forward","ticket":"@a"}""", """{"cmd":"forward"}""", """{"cmd":"forward","path":"@A","ticket":"@a","more":1}""",
        """{"cmd":"forward","path":"@A","ticket":"@a","more":null}""", """{"cmd":"forward","path":"@B","path":"@A","ticket":"@a"}""",
        """{"cmd":"forward","path":"@A","ticket":"@b","ticket":"@a"}""", """{"cmd":"version","cmd":"forward","path":"@A","ticket":"@a"}""",
        """{"cmd":"Forward","path":"@A","ticket":"@a"}""", """{"cmd":["forward"],"path":"@A","ticket":"@a"}""", """{"path":"@A","ticket":"@a"}""",
        """[{"cmd":"forward","path":"@A","ticket":"@a"}]""", """{"cmd":"forward","path":"@A","ticket":"@a"}{}""", """{"cmd":"forward","path":"@A","ticket":"@a\ud800"}""",
        """{"cmd":"ticket","path":"@A"}""", """{"cmd":"version"}""", """{"cmd":"status"}""", """{"cmd":"quit"}""", "forward @A @a", "", "\0", new string('[', 2000),
    ];

    private static readonly string[] Names = ["A", "B", "C"];

    private static readonly Gen<byte[]> Talk = Gen.Select(
        Gen.Frequency((6, FuzzInput.OneOf(Lines)), (5, FuzzBytes.Spoilt(FuzzInput.OneOf(Lines))), (1, FuzzBytes.Noise), (1, FuzzInput.Long)),
        Gen.OneOf(FuzzInput.OneOf(Lines), FuzzBytes.Noise).Array[0, 2]).Select((first, more) => first.Concat(more.SelectMany(part => part)).ToArray());

    private readonly string _folder = Directory.CreateTempSubdirectory("fwd").FullName;
    private readonly EchoSocket[] _sockets;
    private readonly MtunnelForwarderOptions _may;
    private readonly int[] _joined = new int[Names.Length];

    public ForwardFuzzTests()
    {
        _sockets = [.. Names.Select(name => new EchoSocket(PathOf(name), name))];
        _may = new MtunnelForwarderOptions { AllowedSockets = [Path.Combine(_folder, "*.far")] };
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (EchoSocket socket in _sockets)
        {
            await socket.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Only_a_ticket_opens_a_socket()
    {
        await Gen.Select(Talk, FuzzBytes.Piece).SampleAsync(
            (talk, piece) => ConnectAsync(talk, piece), iter: FuzzInput.Count, print: sent => $"{sent.Item2}: {Convert.ToHexString(sent.Item1)}");
        for (int i = 0; i < Names.Length; i++)
        {
            Assert.Equal(_joined[i], await _sockets[i].CountAsync(Test));
        }

        Assert.True(_joined is [> 0, > 0, 0], string.Join(' ', _joined));
    }

    private async Task ConnectAsync(byte[] talk, int piece)
    {
        var issued = new Issued(PathOf);
        byte[] said = issued.Fill(talk);
        string? expected = issued.WhichOpens(said);
        Assert.Equal(expected, await ServeAsync(said, piece, issued.Tickets));
        if (expected is not null)
        {
            Interlocked.Increment(ref _joined[Names.IndexOf(expected)]);
            Assert.Null(await ServeAsync(said, piece, issued.Tickets)); // used
        }
    }

    // The socket that it was joined to.
    private async Task<string?> ServeAsync(byte[] said, int piece, MtunnelTickets tickets)
    {
        var input = new PieceStream(said, piece);
        using var heard = new MemoryStream();
        var options = new MtunnelServerOptions
        {
            Dialect = MtunnelDialect.V2, Vmid = 100, MaxLineLength = FuzzInput.MaxLine, Forwarder = new MtunnelForwarder(tickets, _may),
        };
        PipeWriter output = PipeWriter.Create(heard, new StreamPipeWriterOptions(leaveOpen: true));
        Task served = MtunnelServer.ServeAsync(new DuplexPipe(PipeReader.Create(input), output), new FuzzedHandler(), options, Test);
        Exception? e = await Record.ExceptionAsync(() => served.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Test));
        Assert.True(e is null or MtunnelLineTooLongException, $"{e}");

        const string greeting = "tunnel online\nver 2\n", ok = "{\"success\":true}\n";
        string all = Encoding.Latin1.GetString(heard.ToArray());
        Assert.StartsWith(greeting, all, StringComparison.Ordinal);
        string answers = all[greeting.Length..];
        int end = said.AsSpan().IndexOf((byte)'\n') + 1;
        if (answers.StartsWith(ok + EchoSocket.Greeting, StringComparison.Ordinal))
        {
            // what lies behind the first line is the socket's, to the last byte
            string name = answers.Substring(ok.Length + EchoSocket.Greeting.Length, 1);
            Assert.Equal(Encoding.Latin1.GetString(said.AsSpan(end)), answers[(ok.Length + EchoSocket.Greeting.Length + 1)..]);
            Assert.Null(e);
            return name;
        }

        Assert.DoesNotContain(EchoSocket.Greeting, answers, StringComparison.Ordinal);
        if (end > 0 && end <= FuzzInput.MaxLine && IsForward(said.AsSpan(0, end - 1)))
        {
            Assert.StartsWith("""{"success":false,"msg":"failed to handle \u0027forward\u0027 command - """, answers, StringComparison.Ordinal);
            Assert.Equal(answers.Length - 1, answers.IndexOf('\n', StringComparison.Ordinal)); // and nothing behind it was heard
        }

        return null;
    }

    private string PathOf(string name) => Path.Combine(_folder, name == "C" ? "c.other" : $"{name.ToLowerInvariant()}.far");

    private static bool IsForward(ReadOnlySpan<byte> line) =>
        ServerModel.Parse(line.ToArray()) is { } request && request.TryGetProperty("cmd", out JsonElement command)
        && command.ValueKind == JsonValueKind.String && command.ValueEquals("forward");

    /// <summary>The tickets of one input.</summary>
    private sealed class Issued
    {
        private readonly Func<string, string> _pathOf;
        private readonly Dictionary<string, string> _words;

        public Issued(Func<string, string> pathOf)
        {
            _pathOf = pathOf;
            string a = Issue("A"), used = Issue("A");
            Assert.True(Tickets.TryRedeem(used, pathOf("A")));
            _words = new Dictionary<string, string>
            {
                ["@short"] = a[..^1], ["@long"] = a + "A", ["@upper"] = a.ToUpperInvariant(), ["@u"] = used, ["@a"] = a, ["@b"] = Issue("B"), ["@c"] = Issue("C"),
                ["@n"] = Issue("N"), ["@A"] = pathOf("A"), ["@B"] = pathOf("B"), ["@C"] = pathOf("C"), ["@N"] = pathOf("N"),
            };
        }

        public MtunnelTickets Tickets { get; } = new();

        public byte[] Fill(byte[] talk)
        {
            string text = Encoding.Latin1.GetString(talk);
            return Encoding.Latin1.GetBytes(_words.Aggregate(text, (text, word) => text.Replace(word.Key, word.Value, StringComparison.Ordinal)));
        }

        /// <summary>What the first line opens: told a second time, and in another way.</summary>
        public string? WhichOpens(ReadOnlySpan<byte> said)
        {
            int end = said.IndexOf((byte)'\n');
            return end is < 0 or > FuzzInput.MaxLine || !IsForward(said[..end]) || ServerModel.Parse(said[..end].ToArray()) is not { } request
                || request.EnumerateObject().Count() != 3
                ? null
                : Names.FirstOrDefault(name => name != "C" && Has(request, "path", _pathOf(name)) && Has(request, "ticket", _words[$"@{name.ToLowerInvariant()}"]));
        }

        private static bool Has(JsonElement request, string name, string text) =>
            request.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(text);

        private string Issue(string name)
        {
            Tickets.Allow(_pathOf(name));
            return Tickets.Issue(_pathOf(name));
        }
    }
}
