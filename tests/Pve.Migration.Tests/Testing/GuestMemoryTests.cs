using System.Runtime.InteropServices;
using Pve.Migration.Testing;

namespace Pve.Migration.Tests.Testing;

public sealed class GuestMemoryTests
{
    private const int Page = 4096;
    private static readonly BootSectorGuest Guest = new(1, pagesPerTick: 3);

    [Theory]
    [InlineData(1, 256, 0)]
    [InlineData(1, 256, 500)]
    [InlineData(1, 257, 0)]
    [InlineData(1, 259, 0)]
    [InlineData(2, 260, 1023)]
    [InlineData(2, 260, 1024)]
    [InlineData(86, 512, 4)]
    [InlineData(1000, 3255, 77)]
    public async Task What_the_guest_writes_is_intact(uint ticks, long writes, int begunWords)
    {
        var dump = Dump(Guest, ticks, writes, begunWords);
        var result = await CheckAsync(dump);
        Assert.Equal(new GuestMemoryResult(true, ticks, writes, null), result);
    }

    [Fact]
    public async Task A_guest_without_a_span_proves_its_counters()
    {
        var guest = new BootSectorGuest(0);
        var dump = Dump(guest, 7, 0, 0);
        Assert.True(new GuestMemory(guest).Check(dump).Intact);
        dump[4] = 1;
        Assert.False(new GuestMemory(guest).Check(dump).Intact);
        Assert.True((await new GuestMemory(guest).CheckAsync(new MemoryStream(Dump(guest, 7, 0, 0)), TestContext.Current.CancellationToken)).Intact);
    }

    [Fact]
    public async Task Numbers_go_on_beyond_32_bits()
    {
        const uint ticks = uint.MaxValue;
        var writes = 256 + (3L * ticks) - 1;
        Assert.Equal(new GuestMemoryResult(true, ticks, writes, null), await CheckAsync(Dump(Guest, ticks, writes, 9)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(255)]
    public async Task One_wrong_word_on_any_page_is_found(int page)
    {
        foreach (var word in new[] { 0, 511, 1023 })
        {
            var dump = Dump(Guest, 2, 260, 0);
            Words(dump, page)[word] ^= 0x8000_0000;
            var result = await CheckAsync(dump);
            Assert.Contains($"Page {page}, word {word} (", result.Discrepancy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, 256)] // the page of this sweep is lost, that of the last one came
    [InlineData(-1, 0)]
    public async Task A_page_of_another_sweep_is_found(int addend, int sweep)
    {
        var dump = Dump(Guest, 2, 260, 0);
        var words = Words(dump, 3);
        words.Fill((uint)(words[0] - sweep + addend));
        Assert.StartsWith("Page 3, word 0", (await CheckAsync(dump)).Discrepancy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_swapped_page_is_found()
    {
        var dump = Dump(Guest, 2, 260, 0);
        var other = Words(dump, 101).ToArray();
        other.CopyTo(Words(dump, 100));
        Assert.Contains("Page 100, word 0 (address 0x264000): expected 101, found 102", (await CheckAsync(dump)).Discrepancy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)] // has not ticked
    [InlineData(0, 100)] // is filling still
    [InlineData(2, 258)] // W behind its tick
    [InlineData(2, 263)] // W before its tick
    public async Task Counters_that_contradict_each_other_are_found(uint ticks, long writes) =>
        Assert.False((await CheckAsync(Dump(Guest, ticks, writes, 0))).Intact);

    [Fact]
    public async Task A_page_begun_between_two_ticks_is_found() =>
        Assert.StartsWith("Page 3, word 0", (await CheckAsync(Dump(Guest, 1, 259, 1))).Discrepancy, StringComparison.Ordinal);

    [Fact]
    public async Task A_hole_within_the_page_under_the_pen_is_found()
    {
        var dump = Dump(Guest, 2, 260, 100);
        Words(dump, 4)[50] -= 256;
        Assert.StartsWith("Page 4, word 51", (await CheckAsync(dump)).Discrepancy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-Page)]
    [InlineData(1)]
    public async Task A_dump_of_another_length_is_refused(int more)
    {
        var dump = Dump(Guest, 2, 260, 0);
        Array.Resize(ref dump, dump.Length + more);
        Assert.False((await CheckAsync(dump)).Intact);
    }

    [Fact]
    public async Task An_empty_dump_is_refused() => Assert.False((await CheckAsync([])).Intact);

    // both ways of reading must say the same
    private static async Task<GuestMemoryResult> CheckAsync(byte[] dump)
    {
        var memory = new GuestMemory(Guest);
        var streamed = await memory.CheckAsync(new MemoryStream(dump), TestContext.Current.CancellationToken);
        var result = memory.Check(dump);
        Assert.Equal(result.Intact, streamed.Intact);
        if (dump.Length == memory.Length)
        {
            Assert.Equal(result, streamed);
        }

        return result;
    }

    // what the guest does, one write after the other
    private static byte[] Dump(BootSectorGuest guest, uint ticks, long writes, int begunWords)
    {
        var dump = new byte[Page + (guest.Pages * Page)];
        var counters = MemoryMarshal.Cast<byte, uint>(dump.AsSpan(0, Page));
        (counters[0], counters[1]) = (ticks, unchecked((uint)writes));
        for (var w = Math.Max(1, writes - guest.Pages + 1); w <= writes; w++)
        {
            Words(dump, (int)((w - 1) % guest.Pages)).Fill(unchecked((uint)w));
        }

        if (guest.Pages > 0)
        {
            Words(dump, (int)(writes % guest.Pages))[..begunWords].Fill(unchecked((uint)(writes + 1)));
        }

        return dump;
    }

    private static Span<uint> Words(byte[] dump, int page) =>
        MemoryMarshal.Cast<byte, uint>(dump.AsSpan(Page + (page * Page), Page));
}
