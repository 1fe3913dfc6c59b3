using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Nerdbank.Streams;
using Pve.Migration.Testing;
using Pve.Qmp;
using static Pve.Migration.Testing.WireDirection;

namespace Pve.Migration.Tests.Testing;

public sealed class FaultyPipeTests
{
    private const string Sent = "one\ntwo\nthree\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<WireFault[], string> Changes => new()
    {
        { [], Sent },
        { [WireFault.Drop(WirePlace.Line(ToPeer, 1))], "one\nthree\n" },
        { [WireFault.Drop(WirePlace.Bytes(ToPeer, 2, 3))], "onwo\nthree\n" },
        { [WireFault.Drop(WirePlace.Bytes(ToPeer, 12, 100))], "one\ntwo\nthre" },
        { [WireFault.Duplicate(WirePlace.Line(ToPeer, 0))], "one\none\ntwo\nthree\n" },
        { [WireFault.Duplicate(WirePlace.Bytes(ToPeer, 13))], "one\ntwo\nthree\n\n" },
        { [WireFault.Truncate(WirePlace.Line(ToPeer, 1))], "one\ntw" },
        { [WireFault.Truncate(WirePlace.Bytes(ToPeer, 6))], "one\ntw" },
        { [WireFault.Cut(WirePlace.Line(ToPeer, 2))], "one\ntwo\n" },
        { [WireFault.Cut(WirePlace.Bytes(ToPeer, 0))], "" },
        { [WireFault.Duplicate(WirePlace.Line(ToPeer, 2)), WireFault.Drop(WirePlace.Line(ToPeer, 0))], "two\nthree\nthree\n" },
        { [WireFault.Cut(WirePlace.Line(ToPeer, 3)), WireFault.Drop(WirePlace.Bytes(ToPeer, 14)), WireFault.Drop(WirePlace.Line(FromPeer, 0))], Sent },
    };

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task The_same_bytes_meet_the_same_faults_however_they_are_cut_into_pieces(WireFault[] faults, string arrives)
    {
        for (var split = 0; split <= Sent.Length; split++)
        {
            var (near, far) = FullDuplexStream.CreatePipePair();
            await using var pipe = new FaultyPipe(near, TimeProvider.System, faults);
            await SayAsync(pipe, Sent[..split]);
            await SayAsync(pipe, Sent[split..]);
            await pipe.Output.CompleteAsync();
            Assert.Equal(arrives, await HearAllAsync(far));
            Assert.Equal(arrives == Sent ? 0 : faults.Length, pipe.Struck.Count);
        }
    }

    [Fact]
    public async Task What_is_late_comes_in_its_order_with_what_follows()
    {
        var time = new FakeTimeProvider();
        var (near, far) = FullDuplexStream.CreatePipePair();
        await using var pipe = new FaultyPipe(near, time, WireFault.Delay(WirePlace.Line(FromPeer, 1), TimeSpan.FromSeconds(3)));
        await SayAsync(far, "one\ntwo\n");
        Assert.Equal("one\n", await HearAsync(pipe));
        await SayAsync(far, "three\n");
        var late = HearAsync(pipe);
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(late.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        var heard = await late;
        Assert.Equal("two\nthree\n", heard.Length > 4 ? heard : heard + await HearAsync(pipe));
    }

    [Fact]
    public async Task A_frozen_way_brings_nothing_holds_its_writer_and_leaves_the_other_way_alone()
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        var pipe = new FaultyPipe(near, new FakeTimeProvider(), WireFault.Freeze(WirePlace.Line(ToPeer, 1)));
        await SayAsync(pipe, Sent);
        var tooMuch = pipe.Output.WriteAsync(new byte[128 * 1024], Test).AsTask();
        await SayAsync(far, "answer\n");
        Assert.Equal("answer\n", await HearAsync(pipe));
        Assert.Equal("one\n", await HearAsync(far));
        Assert.False(tooMuch.IsCompleted);
        await pipe.DisposeAsync();
        await tooMuch;
        Assert.Equal("", await HearAllAsync(far));
    }

    [Fact]
    public async Task A_cut_fails_the_read_here_and_ends_both_ways_there()
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        await using var pipe = new FaultyPipe(near, TimeProvider.System, WireFault.Cut(WirePlace.Line(FromPeer, 1)));
        await SayAsync(far, "one\ntwo\n");
        await SettledAsync(far);
        Assert.Equal("one\n", await HearAsync(pipe));
        var e = await Assert.ThrowsAsync<IOException>(() => HearAllAsync(pipe));
        Assert.Equal("The connection was cut at line 1 from the peer.", e.Message);
        Assert.True((await far.Output.WriteAsync("more"u8.ToArray(), Test)).IsCompleted);
    }

    [Fact]
    public async Task Half_a_line_before_a_cut_is_given_out_once_and_is_no_end()
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        await using var pipe = new FaultyPipe(near, TimeProvider.System, WireFault.Cut(WirePlace.Bytes(FromPeer, 3)));
        await SayAsync(far, "one\n");
        await SettledAsync(far);
        var read = await pipe.Input.ReadAsync(Test);
        Assert.Equal(("one", false), (Encoding.ASCII.GetString(read.Buffer), read.IsCompleted));
        pipe.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        await Assert.ThrowsAsync<IOException>(async () => await pipe.Input.ReadAsync(Test));
        Assert.Throws<IOException>(() => pipe.Input.TryRead(out _));
    }

    [Fact]
    public async Task A_truncated_way_ends_and_the_other_goes_on()
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        await using var pipe = new FaultyPipe(near, TimeProvider.System, WireFault.Truncate(WirePlace.Line(FromPeer, 0)));
        await SayAsync(far, "four\n");
        Assert.Equal("fo", await HearAllAsync(pipe));
        await SayAsync(pipe, Sent);
        Assert.Equal(Sent, await HearAsync(far));
    }

    [Fact]
    public async Task A_monitors_answer_is_late()
    {
        var time = new VirtualTime();
        await time.RunAsync(async () =>
        {
            await using var pair = new SimulatedPair(new SimulatedLinkOptions { TimeProvider = time });
            var late = WireFault.Delay(WirePlace.Line(FromPeer, 2), TimeSpan.FromSeconds(1));
            await using var pipe = new FaultyPipe(pair.Source.OpenMonitor(), time, late);
            await using var client = await QmpClient.ConnectAsync(pipe, "source", new QmpClientOptions { TimeProvider = time }, Test);
            await client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Test);
            Assert.Equal(TimeSpan.FromSeconds(1), time.Elapsed);
            Assert.Equal([late], pipe.Struck);
        }, Test);
    }

    [Fact]
    public void A_fault_says_what_it_does() => Assert.Equal(
        ["delay by 00:00:03 at bytes 4 to 6 from the peer", "cut at byte 4 to the peer", "drop at line 0 to the peer"],
        [
            $"{WireFault.Delay(WirePlace.Bytes(FromPeer, 4, 3), TimeSpan.FromSeconds(3))}",
            $"{WireFault.Cut(WirePlace.Bytes(ToPeer, 4))}",
            $"{WireFault.Drop(WirePlace.Line(ToPeer, 0))}",
        ]);

    private static async Task SayAsync(IDuplexPipe pipe, string text) => await pipe.Output.WriteAsync(Encoding.ASCII.GetBytes(text), Test);

    private static async Task<string> HearAsync(IDuplexPipe pipe)
    {
        var read = await pipe.Input.ReadAsync(Test).AsTask().WaitAsync(Patience, Test);
        var text = Encoding.ASCII.GetString(read.Buffer);
        pipe.Input.AdvanceTo(read.Buffer.End);
        return text;
    }

    // The cut has ended the far side as well.
    private static async Task SettledAsync(IDuplexPipe far) => Assert.Equal("", await HearAllAsync(far));

    private static async Task<string> HearAllAsync(IDuplexPipe pipe)
    {
        var all = new MemoryStream();
        await pipe.Input.CopyToAsync(all, Test).WaitAsync(Patience, Test);
        return Encoding.ASCII.GetString(all.ToArray());
    }
}
