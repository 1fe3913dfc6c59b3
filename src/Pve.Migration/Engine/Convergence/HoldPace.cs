namespace Pve.Migration.Engine.Convergence;

/// <summary>
/// How slowly a held copy goes. QEMU switches over once less remains than it sends within the downtime limit: at 1 ms, and below 4 MB/s, that is less than
/// a page, so that whatever the guest has dirtied keeps it copying. Pages of zeros go almost for nothing, so the slow part begins long before the end.
/// </summary>
internal static class HoldPace
{
    /// <summary>The least limit of QEMU with which it looks for dirtied pages at all.</summary>
    public static readonly TimeSpan DowntimeLimit = TimeSpan.FromMilliseconds(1);

    /// <summary>The pace to the end of the first pass, in bytes a second.</summary>
    public const long Approach = 4_000_000;

    // One or two pages in each of QEMU's windows of 100 ms: the migration thread rests in between.
    private const long Crawl = 64 << 10;
    private const long Bulk = 2L << 30;

    /// <summary>The pace from here, in bytes a second.</summary>
    /// <param name="pass">The pass that is under way.</param>
    /// <param name="remaining">What is left of it, in bytes.</param>
    /// <param name="limit">What is allowed, in bytes a second; 0 is everything.</param>
    public static long For(long pass, long remaining, long limit)
    {
        var pace = pass > 1 ? Crawl : remaining > Bulk ? limit : Approach;
        return limit > 0 && (pace == 0 || pace > limit) ? limit : pace;
    }
}
