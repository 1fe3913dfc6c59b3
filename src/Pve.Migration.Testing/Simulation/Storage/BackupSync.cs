namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>What a backup copies, and what then becomes of its bitmap.</summary>
/// <param name="Mode">MirrorSyncMode's word.</param>
/// <param name="Bitmap">Its bitmap, if any.</param>
/// <param name="BitmapMode">BitmapSyncMode's word.</param>
internal sealed record BackupSync(string Mode, DirtyBitmap? Bitmap, string BitmapMode)
{
    /// <summary>Whether the copy is then as the disk was.</summary>
    public bool IsWhole => Mode is "full" or "top";

    private bool GoesByBitmap => Mode is "incremental" or "bitmap";

    /// <exception cref="CommandRefusedException">They do not go together; in QEMU's words, and in the order of its checks.</exception>
    public static BackupSync Read(CommandArguments arguments, string mode, BlockNode source)
    {
        var isModeGiven = arguments.Has("bitmap-mode");
        var bitmapMode = isModeGiven ? arguments.Word("bitmap-mode", "on-success", "never", "always") : "";
        var name = arguments.TextOr("bitmap", "");
        if (mode is "incremental" or "bitmap")
        {
            Refuse(name.Length == 0, $"must provide a valid bitmap name for '{mode}' sync mode");
            Refuse(mode == "incremental" && isModeGiven && bitmapMode != "on-success", "Bitmap sync mode must be 'on-success' when using sync mode 'incremental'");
            (bitmapMode, isModeGiven) = mode == "incremental" ? ("on-success", true) : (bitmapMode, isModeGiven);
        }

        if (name.Length == 0)
        {
            Refuse(isModeGiven, "Cannot specify bitmap sync mode without a bitmap");
            return new BackupSync(mode, null, bitmapMode);
        }

        var bitmap = source.Bitmaps.Find(bitmap => bitmap.Name == name) ?? throw new CommandRefusedException($"Bitmap '{name}' could not be found");
        Refuse(!isModeGiven, "Bitmap sync mode must be given when providing a bitmap");
        bitmap.RequireIdle();
        Refuse(mode == "none", "sync mode 'none' does not produce meaningful bitmap outputs");
        Refuse(mode is "full" or "top" && bitmapMode == "never", $"Bitmap sync mode 'never' has no meaningful effect when combined with sync mode '{mode}'");
        return new BackupSync(mode, bitmap, bitmapMode);
    }

    public long Length(BlockNode source) => GoesByBitmap ? Bitmap!.Count : source.Image.Bytes;

    /// <summary>How much is not told but sent; with <c>none</c> it only waits for what the guest overwrites, and never ends.</summary>
    public double Data(BlockNode source) => Mode == "none" ? double.PositiveInfinity : GoesByBitmap ? Bitmap!.Count : source.Image.DataBytes;

    public IReadOnlyList<(long From, long To)> Written(BlockNode source) => GoesByBitmap ? Bitmap!.Marked : [(0, source.Image.Bytes)];

    /// <summary>The job has ended: the bitmap is as before, or begins anew, and then it is the newest of the node's.</summary>
    public void Release(BlockNode source, bool isDone)
    {
        if (Bitmap is null)
        {
            return;
        }

        var beginsAnew = isDone ? BitmapMode != "never" : BitmapMode == "always";
        Bitmap.Release(beginsAnew);
        if (beginsAnew)
        {
            source.Bitmaps.Remove(Bitmap);
            source.Bitmaps.Insert(0, Bitmap);
        }
    }

    private static void Refuse(bool isWrong, string why)
    {
        if (isWrong)
        {
            throw new CommandRefusedException(why);
        }
    }
}
