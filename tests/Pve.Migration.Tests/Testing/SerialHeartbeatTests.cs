using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pve.Migration.Testing;

namespace Pve.Migration.Tests.Testing;

public sealed class SerialHeartbeatTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SerialHeartbeat _heartbeat;

    public SerialHeartbeatTests() => _heartbeat = new SerialHeartbeat(_time, recentTicks: 64);

    public ValueTask DisposeAsync() => _heartbeat.DisposeAsync();

    [Fact]
    public void A_migration_cut_at_any_byte_is_one_sequence()
    {
        var bytes = Ticks(0x1f, 0x22);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var heartbeat = new SerialHeartbeat(_time);
            var (source, target) = (heartbeat.AddSource("source"), heartbeat.AddSource("target"));
            source.Append(bytes.AsSpan(0, cut), 0);
            target.Append(bytes.AsSpan(cut), 1);
            var report = heartbeat.Report();
            Assert.True(report.Perfect, $"cut at {cut}: {report}");
            Assert.Equal((0x1fu, 0x22u, 4L), (report.FirstTick, report.LastTick, report.TicksSeen));
            Assert.Equal(cut is >= 9 and < 36 ? 1 : 0, report.Handovers.Count);
        }
    }

    [Fact]
    public void It_does_not_matter_which_side_was_read_first()
    {
        var bytes = Ticks(1, 6);
        for (var cut = 9; cut < bytes.Length; cut++)
        {
            var heartbeat = new SerialHeartbeat(_time);
            var (source, target) = (heartbeat.AddSource("source"), heartbeat.AddSource("target"));
            target.Append(bytes.AsSpan(cut), 1);
            source.Append(bytes.AsSpan(0, cut), 0);
            Assert.True(heartbeat.Report() is { Perfect: true, TicksSeen: 6, Handovers.Count: 1 }, $"cut at {cut}");
        }
    }

    [Fact]
    public void A_line_may_be_cut_by_several_migrations()
    {
        foreach (var piece in Ticks(0x1f, 0x22).Chunk(3))
        {
            _heartbeat.AddSource("next").Append(piece, 0);
        }

        Assert.True(_heartbeat.Report() is { Perfect: true, TicksSeen: 4, FirstTick: 0x1f, LastTick: 0x22 });
    }

    [Fact]
    public void Bytes_may_come_in_pieces_split_anywhere()
    {
        var bytes = Ticks(0xfffe, 0x10001);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                var heartbeat = new SerialHeartbeat(_time);
                var source = heartbeat.AddSource("source");
                source.Append(bytes.AsSpan(0, first), 0);
                source.Append(bytes.AsSpan(first, second - first), 0);
                source.Append(bytes.AsSpan(second), 0);
                Assert.True(heartbeat.Report() is { Perfect: true, TicksSeen: 4, LastTick: 0x10001 }, $"split at {first}, {second}");
            }
        }
    }

    [Fact]
    public void The_gap_of_a_migration_is_from_tick_to_tick()
    {
        var (source, target) = (_heartbeat.AddSource("source"), _heartbeat.AddSource("target"));
        Beat(source, 1, 5);
        _time.Advance(TimeSpan.FromMilliseconds(11));
        Beat(target, 6, 9);
        Assert.Equal(
            new HeartbeatHandover("source", "target", 5, 6, TimeSpan.FromMilliseconds(12), 0, 0),
            Assert.Single(_heartbeat.Report().Handovers));
        Assert.Equal(new HeartbeatGap(TimeSpan.FromMilliseconds(12), 5, 6, "source", "target"), _heartbeat.LargestGap(0));
    }

    [Fact]
    public void The_gap_is_found_too_where_a_line_was_cut()
    {
        var (source, target) = (_heartbeat.AddSource("source"), _heartbeat.AddSource("target"));
        Beat(source, 1, 5);
        source.Append("0000"u8, _time.GetTimestamp());
        _time.Advance(TimeSpan.FromMilliseconds(20));
        target.Append("0006\n"u8, _time.GetTimestamp());
        Beat(target, 7, 9);
        Assert.Equal(TimeSpan.FromMilliseconds(20), Assert.Single(_heartbeat.Report().Handovers).Gap);
        Assert.Equal(new HeartbeatGap(TimeSpan.FromMilliseconds(20), 5, 6, "source", "target"), _heartbeat.LargestGap(0));
    }

    [Fact]
    public void A_side_that_ended_one_line_and_no_more_has_its_gaps_too()
    {
        var sides = Enumerable.Range(0, 3).Select(i => _heartbeat.AddSource($"run {i}")).ToArray();
        Beat(sides[0], 1, 5);
        sides[0].Append("0000"u8, _time.GetTimestamp());
        _time.Advance(TimeSpan.FromMilliseconds(20));
        sides[1].Append("0006\n000"u8, _time.GetTimestamp());
        _time.Advance(TimeSpan.FromMilliseconds(30));
        sides[2].Append("00007\n"u8, _time.GetTimestamp());
        var report = _heartbeat.Report();
        Assert.True(report.Perfect, report.ToString());
        Assert.Equal([20, 30], report.Handovers.Select(handover => handover.Gap.TotalMilliseconds));
    }

    [Fact]
    public void A_window_takes_the_gaps_that_reach_into_it()
    {
        var source = _heartbeat.AddSource("source");
        Beat(source, 1, 3);
        _time.Advance(TimeSpan.FromMilliseconds(99));
        var within = _time.GetTimestamp() - 1;
        Beat(source, 4, 5);
        var after = _time.GetTimestamp() + 1;
        Beat(source, 6, 9);
        Assert.Equal((3u, 4u), (_heartbeat.LargestGap(within)!.Before, _heartbeat.LargestGap(0, within)!.After));
        Assert.Equal(SerialHeartbeat.NominalPeriod, _heartbeat.LargestGap(after)!.Length);
        Assert.Null(_heartbeat.LargestGap(_time.GetTimestamp() + 1));
    }

    [Fact]
    public void Only_recent_ticks_keep_their_times_but_all_are_counted()
    {
        var source = _heartbeat.AddSource("source");
        Beat(source, 1, 10);
        _time.Advance(TimeSpan.FromSeconds(1));
        Beat(source, 11, 1000);
        Assert.Equal(SerialHeartbeat.NominalPeriod, _heartbeat.LargestGap(0)!.Length);
        Assert.Equal((1u, 1000L), (_heartbeat.Report().FirstTick, _heartbeat.Report().TicksSeen));
    }

    [Fact]
    public void Back_and_forth_is_one_handover_each()
    {
        for (uint i = 0; i < 50; i++)
        {
            var side = _heartbeat.AddSource($"run {i}");
            Beat(side, (10 * i) + 1, (10 * i) + 10);
            side.End();
        }

        Assert.True(_heartbeat.Report() is { Perfect: true, TicksSeen: 500, Handovers.Count: 49 });
    }

    [Fact]
    public void A_target_that_never_ran_is_no_handover()
    {
        var (source, _, third) = (_heartbeat.AddSource("source"), _heartbeat.AddSource("failed"), _heartbeat.AddSource("third"));
        Beat(source, 1, 10);
        Beat(third, 11, 20);
        var report = _heartbeat.Report();
        Assert.True(report.Perfect);
        Assert.Equal(("source", "third"), (report.Handovers[0].From, report.Handovers[0].To));
    }

    [Theory]
    [InlineData("00000001\n00000002\n00000004\n", 1, 0, 0)]
    [InlineData("00000001\n00000002\n00000002\n00000003\n", 0, 1, 0)]
    [InlineData("00000001\n0000002\n00000003\n", 1, 0, 1)]
    [InlineData("00000001\n000000002\n00000003\n", 1, 0, 1)]
    [InlineData("00000001\n0000000B\n", 0, 0, 1)]
    [InlineData("00000001\n\n00000002\n", 0, 0, 1)]
    [InlineData("001\n00000002\n", 0, 0, 1)]
    [InlineData("much more than a line\n00000002\n", 0, 0, 1)]
    public void Damage_within_a_stream_is_counted(string text, long lost, long repeated, long damaged)
    {
        _heartbeat.AddSource("source").Append(Encoding.ASCII.GetBytes(text), 0);
        AssertDamage(lost, repeated, damaged);
    }

    [Theory]
    [InlineData("00000001\n", "00000003\n", 1, 0, 0)]
    [InlineData("00000001\n", "00000001\n00000002\n", 0, 1, 0)]
    [InlineData("00000001\n0000", "00000002\n", 0, 0, 1)] // half a line written twice
    [InlineData("00000001\n0000", "002\n00000003\n", 1, 0, 1)] // a byte lost
    [InlineData("00000001\n0000", "00002\n00000003\n", 1, 0, 1)] // a byte repeated
    [InlineData("00000001\n00000002", "2\n00000003\n", 1, 0, 1)]
    [InlineData("00000001\n000000022", "\n00000003\n", 1, 0, 1)]
    [InlineData("00000001\n0000", "0002\n00000004\n", 1, 0, 0)]
    [InlineData("00000005\n00000006\n", "00000001\n", 0, 1, 0)] // the target booted anew
    public void Damage_where_two_streams_meet_is_counted(string source, string target, long lost, long repeated, long damaged)
    {
        _heartbeat.AddSource("source").Append(Encoding.ASCII.GetBytes(source), 0);
        _heartbeat.AddSource("target").Append(Encoding.ASCII.GetBytes(target), 1);
        AssertDamage(lost, repeated, damaged);
    }

    [Fact]
    public void Two_guests_that_go_on_from_one_state_are_found()
    {
        var (source, target, third) = (_heartbeat.AddSource("source"), _heartbeat.AddSource("target"), _heartbeat.AddSource("third"));
        Beat(source, 1, 100);
        Beat(target, 101, 101);
        Assert.False(_heartbeat.Report().RanTwice);
        for (uint tick = 101; tick <= 110; tick++)
        {
            Beat(source, tick, tick);
            Beat(target, tick + 1, tick + 1);
        }

        var report = _heartbeat.Report();
        Assert.True(report.RanTwice);
        Assert.Equal(10, report.TicksRepeated);
        Assert.Equal((10L, TimeSpan.FromMilliseconds(-19)), (report.Handovers[0].TicksOnBoth, report.Handovers[0].Gap));

        // the target is abandoned, the source goes on and migrates again
        Beat(source, 111, 200);
        Beat(third, 201, 210);
        report = _heartbeat.Report();
        Assert.Equal(("source", "third", 0L), (report.Handovers[1].From, report.Handovers[1].To, report.Handovers[1].TicksLost));
    }

    [Theory]
    [InlineData(71, 120)] // its memory is older than its source's
    [InlineData(101, 101)] // the same, seen only after the line under way
    public void A_target_that_falls_back_is_found(uint first, uint last)
    {
        var (source, target) = (_heartbeat.AddSource("source"), _heartbeat.AddSource("target"));
        Beat(source, 1, 100);
        Beat(target, first, last);
        Beat(target, 71, 110);
        var report = _heartbeat.Report();
        Assert.True(report is { RanTwice: true, Perfect: false }, report.ToString());
        Assert.Equal((30L, true), (report.Handovers[0].TicksOnBoth, report.Handovers[0].Gap > TimeSpan.Zero));
    }

    [Fact]
    public async Task Waiting_ends_with_the_tick_or_with_the_stream()
    {
        var source = _heartbeat.AddSource("source");
        var (third, tenth) = (source.WaitForTicksAsync(3, TestContext.Current.CancellationToken), source.WaitForTicksAsync(10, TestContext.Current.CancellationToken));
        Beat(source, 1, 2);
        Assert.False(third.IsCompleted);
        Beat(source, 3, 3);
        await third;
        source.End();
        await source.Ended;
        await Assert.ThrowsAsync<EndOfStreamException>(() => tenth);
        await Assert.ThrowsAsync<EndOfStreamException>(() => source.WaitForTicksAsync(4, TestContext.Current.CancellationToken));
        await source.WaitForTicksAsync(3, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_attached_stream_is_read_to_its_end()
    {
        var source = _heartbeat.Attach(new MemoryStream(Ticks(1, 2000)), "source");
        await source.Ended.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(_heartbeat.Report() is { Perfect: true, TicksSeen: 2000 });
    }

    [Fact]
    public void Silence_is_the_time_since_the_last_tick()
    {
        Assert.Null(_heartbeat.Silence);
        Beat(_heartbeat.AddSource("source"), 1, 1);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), _heartbeat.Silence);
    }

    private void AssertDamage(long lost, long repeated, long damaged)
    {
        var report = _heartbeat.Report();
        Assert.Equal((lost, repeated, damaged), (report.TicksLost, report.TicksRepeated, report.LinesDamaged));
        Assert.False(report.Perfect);
    }

    private void Beat(HeartbeatSource source, uint first, uint last)
    {
        for (var tick = first; tick <= last; tick++)
        {
            _time.Advance(SerialHeartbeat.NominalPeriod);
            source.Append(Ticks(tick, tick), _time.GetTimestamp());
        }
    }

    private static byte[] Ticks(uint first, uint last)
    {
        var text = new StringBuilder();
        for (var tick = first; tick <= last; tick++)
        {
            text.Append(tick.ToString("x8", null)).Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
