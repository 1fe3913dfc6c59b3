using Pve.Migration.Testing;
using Pve.Migration.Testing.Guest;

namespace Pve.Migration.Tests.Testing;

public sealed class BootSectorGuestTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 256, 1)]
    [InlineData(16, 4096, 5)]
    [InlineData(BootSectorGuest.MaxSpanMiB, 524288, 525)]
    public void A_sector_with_its_signature_whatever_the_span(int spanMiB, int pages, int pagesPerTick)
    {
        var guest = new BootSectorGuest(spanMiB);
        Assert.Equal(512, guest.Image.Length);
        Assert.Equal([0x55, 0xAA], guest.Image[510..].ToArray());
        Assert.Equal(pages, guest.Pages);
        Assert.Equal(pagesPerTick, guest.PagesPerTick);
    }

    [Fact]
    public void Span_and_rate_are_baked_into_the_sector()
    {
        var images = new[] { new BootSectorGuest(16), new BootSectorGuest(32), new BootSectorGuest(16, 1), new BootSectorGuest(16, 0) };
        Assert.Equal(4, images.Select(guest => Convert.ToHexString(guest.Image.Span)).Distinct().Count());
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(BootSectorGuest.MaxSpanMiB + 1, null)]
    [InlineData(1, -1)]
    [InlineData(1, 257)]
    public void What_no_guest_can_do_is_refused(int spanMiB, int? pagesPerTick) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BootSectorGuest(spanMiB, pagesPerTick));

    [Fact]
    public void The_assembler_resolves_labels_before_and_behind()
    {
        var code = new SectorAssembler(0x100)
            .Label("begin").Emit(0x90)
            .Emit(0xEB).Relative8("begin")
            .Emit(0xE8).Relative32("end")
            .Absolute16("end").Absolute32("end", -4)
            .Label("end");
        Assert.Equal("90EBFDE8060000000E010A010000000000", Convert.ToHexString(code.Build(17)));
    }

    [Fact]
    public void The_assembler_refuses_what_does_not_fit()
    {
        Assert.Throws<InvalidOperationException>(() => new SectorAssembler(0).Dword(0).Build(3));
        Assert.Throws<InvalidOperationException>(() => new SectorAssembler(0).Relative8("nowhere").Build(3));
        Assert.Throws<InvalidOperationException>(() => new SectorAssembler(0).Relative8("far").Emit(new byte[128]).Label("far").Build(512));
    }
}
