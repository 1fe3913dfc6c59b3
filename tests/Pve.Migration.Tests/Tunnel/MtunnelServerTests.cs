using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Nerdbank.Streams;

namespace Pve.Migration.Tests.Tunnel;

public sealed class MtunnelServerTests
{
    private const string Greeting = "tunnel online\nver 1\n";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "")]
    [InlineData("quit\n", "OK\n")]
    [InlineData("resume 100\n", "OK\n")]
    [InlineData("resume 100\nresume 101\nquit\n", "OK\nOK\nOK\n")]
    [InlineData("quit\nresume 100\n", "OK\n")]
    [InlineData("resume 200\n", "ERR: resume failed - VM 200 not running\n")]
    [InlineData("resume 201\nresume 100\n", "ERR: resume failed - died at FILE line 3. OK\nOK\n")]
    [InlineData("resume 1000000000\n", "ERR: resume failed - a VM id has 1 to 9 digits\n")]
    // ignored, as Proxmox VE does: no reply at all
    [InlineData("\n", "")]
    [InlineData("\r\n", "")]
    [InlineData("resume 100\r\n", "")]
    [InlineData("quit\r\nresume 100\n", "OK\n")]
    [InlineData("resume\nresume \nresume  100\n resume 100\nresume 100 \nresume x\nresume -1\n", "")]
    [InlineData("stop 100\nRESUME 100\nhelp\n", "")]
    // what lacks its LF is no command: it may be the beginning of another
    [InlineData("resume 100", "")]
    [InlineData("resume 100\nquit", "OK\n")]
    public async Task V1_answers_split_at_every_index(string said, string answers)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(said);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(Greeting + answers, await TalkAsync(new MtunnelServerOptions(), bytes[..cut], bytes[cut..]));
        }
    }

    [Theory]
    [InlineData(MtunnelDialect.V1, new[] { "begun 100", "woken 100" })]
    [InlineData(MtunnelDialect.V0, new string[0])]
    public async Task A_blank_line_begins_the_tunnel_and_the_next_one_wakes_it(MtunnelDialect dialect, string[] signs)
    {
        using var tunnel = new ServedTunnel(dialect);
        await tunnel.SayAsync("\n\nquit\n");
        await tunnel.HearRestAsync();
        Assert.Equal(signs, tunnel.Signs);
    }

    [Theory]
    [InlineData("quit\nquit\n")]
    [InlineData("resume 100\nquit\n")]
    [InlineData("resume 100\n")]
    public async Task V0_says_nothing_after_its_greeting(string said) =>
        Assert.Equal("tunnel online\n", await TalkAsync(new MtunnelServerOptions { Dialect = MtunnelDialect.V0 }, Encoding.UTF8.GetBytes(said)));

    [Fact]
    public async Task Without_quorum_that_is_all() =>
        Assert.Equal("no quorum\n", await TalkAsync(new MtunnelServerOptions { HasQuorum = false }, "resume 100\n"u8.ToArray()));

    [Fact]
    public async Task Commands_are_carried_out_in_order_and_one_at_a_time()
    {
        var handler = new Handler();
        await TalkAsync(new MtunnelServerOptions(), handler, "resume 1\nresume 2\nresume 3\n"u8.ToArray());
        Assert.Equal([1, 2, 3], handler.Resumed);
        Assert.Equal(1, handler.MostAtOnce);
    }

    [Fact]
    public async Task A_line_over_the_limit_ends_the_tunnel()
    {
        (IDuplexPipe ours, IDuplexPipe servers) = FullDuplexStream.CreatePipePair();
        Task serving = MtunnelServer.ServeAsync(servers, new Handler(), new MtunnelServerOptions { MaxLineLength = 100 }, Test);
        await ours.Output.WriteAsync(new byte[101], Test);
        Assert.Equal(100, (await Assert.ThrowsAsync<MtunnelLineTooLongException>(() => serving)).Limit);
        using var reader = new StreamReader(ours.Input.AsStream());
        Assert.Equal(Greeting + "ERR: resume failed - the peer sent a line longer than 100 bytes\n", await reader.ReadToEndAsync(Test));
    }

    [Fact]
    public async Task Cancelling_tells_the_command_in_hand()
    {
        (IDuplexPipe ours, IDuplexPipe servers) = FullDuplexStream.CreatePipePair();
        using var cancel = new CancellationTokenSource();
        var handler = new Handler { Hangs = true };
        Task serving = MtunnelServer.ServeAsync(servers, handler, new MtunnelServerOptions(), cancel.Token);
        await ours.Output.WriteAsync("resume 1\n"u8.ToArray(), Test);
        await handler.Entered.Task.WaitAsync(Test);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public async Task A_client_that_is_gone_ends_it_quietly()
    {
        (IDuplexPipe ours, IDuplexPipe servers) = FullDuplexStream.CreatePipePair();
        await ours.Input.CompleteAsync();
        await ours.Output.WriteAsync("resume 100\n"u8.ToArray(), Test);
        await MtunnelServer.ServeAsync(servers, new Handler(), new MtunnelServerOptions(), Test);
    }

    [Fact]
    public async Task An_unknown_dialect_is_refused_at_the_door() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => MtunnelServer.ServeAsync(
                FullDuplexStream.CreatePipePair().Item1, new Handler(), new MtunnelServerOptions { Dialect = (MtunnelDialect)9 }, Test));

    private static Task<string> TalkAsync(MtunnelServerOptions options, params byte[][] said) => TalkAsync(options, new Handler(), said);

    private static async Task<string> TalkAsync(MtunnelServerOptions options, Handler handler, params byte[][] said)
    {
        (IDuplexPipe ours, IDuplexPipe servers) = FullDuplexStream.CreatePipePair();
        Task serving = MtunnelServer.ServeAsync(servers, handler, options, Test);
        foreach (byte[] piece in said)
        {
            await ours.Output.WriteAsync(piece, Test);
        }

        await ours.Output.CompleteAsync();
        using var reader = new StreamReader(ours.Input.AsStream());
        string answers = await reader.ReadToEndAsync(Test);
        await serving;
        return answers;
    }

    [Fact]
    public async Task A_client_that_reads_no_replies_is_left()
    {
        var time = new FakeTimeProvider();
        var (commands, replies) = (new Pipe(), new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1)));
        Task served = MtunnelServer.ServeAsync(
            new DuplexPipe(commands.Reader, replies.Writer), new Handler(), new MtunnelServerOptions { LineTimeout = TimeSpan.FromSeconds(10), TimeProvider = time },
            TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(served.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await served.WaitAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Handler : IMtunnelHandler
    {
        private int _now;

        public List<int> Resumed { get; } = [];

        public int MostAtOnce { get; private set; }

        public bool Hangs { get; init; }

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task ResumeAsync(int vmid, CancellationToken cancellationToken)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _now));
            Entered.TrySetResult();
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            await Task.Yield();
            Interlocked.Decrement(ref _now);
            Resumed.Add(vmid);
            switch (vmid)
            {
                case 200:
                    throw new MtunnelRefusedException("VM 200 not running");
                case 201:
                    throw new InvalidOperationException("died at FILE line 3.\nOK\n");
            }
        }
    }
}
