using Pve.Migration.Transports;

namespace Pve.Migration.Tests.Transports;

public sealed class FrameScannerTests
{
    private static readonly byte[] Talk =
    [
        .. RawChannels.Handshake, .. RawChannels.Offer(1, "control"), .. RawChannels.Frame(RawChannels.Content, 1, "quit\n"), 0x92, 3, 1, 0x91, 4,
        0x93, 2, 0xcc, 200, 0xc4, 3, 1, 2, 3, 0x93, 2, 0xcd, 1, 2, 0xc5, 0, 2, 1, 2, 0x93, 2, 0xcf, 0, 0, 0, 0, 0, 0, 0, 9, 0xc4, 0, 0x93, 5, 0xc0, 0xc4, 1, 0,
    ];

    [Fact]
    public void What_the_library_writes_passes_however_it_is_cut()
    {
        for (int cut = 0; cut <= Talk.Length; cut++)
        {
            var scanner = new FrameScanner(64);
            scanner.Scan(Talk.AsSpan(0, cut));
            scanner.Scan(Talk.AsSpan(cut));
        }

        var slow = new FrameScanner(64);
        foreach (byte one in Talk)
        {
            slow.Scan([one]);
        }
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_payload_has_a_limit(int length, bool passes)
    {
        var scanner = new FrameScanner(64);
        scanner.Scan(RawChannels.Handshake);
        byte[] frame = RawChannels.Frame(RawChannels.Content, 1, new byte[length]);
        Exception? e = Record.Exception(() => scanner.Scan(frame));
        Assert.Equal(passes ? null : $"a frame announces {length} bytes, and at most 64 are taken", e?.Message);
    }

    // where the library would go on collecting, or go down into
    [Theory]
    [InlineData("93 02 01 c6 ff ff ff ff")]
    [InlineData("93 02 01 db ff ff ff ff")]
    [InlineData("dd ff ff ff ff")]
    [InlineData("93 91 91 91 91")]
    [InlineData("93 02 81")]
    [InlineData("94")]
    [InlineData("90")]
    [InlineData("c6 ff ff ff ff")]
    [InlineData("93 c0")]
    public void What_no_frame_has_is_refused(string hex)
    {
        var scanner = new FrameScanner(64);
        scanner.Scan(RawChannels.Handshake);
        Assert.Throws<MultiplexingViolationException>(() => scanner.Scan(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("474554")]
    [InlineData("9292ff")]
    [InlineData("92920200c6ffffffff")]
    [InlineData("92920200c411")]
    [InlineData("00")]
    public void What_is_no_handshake_is_refused(string hex) =>
        Assert.Throws<MultiplexingViolationException>(() => new FrameScanner(64).Scan(Convert.FromHexString(hex)));
}
