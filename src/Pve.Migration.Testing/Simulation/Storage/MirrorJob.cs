using System.Text.Json;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>A mirror: what is not zero is copied, then both images are kept alike until it is told to end.</summary>
/// <remarks>
/// What the guest writes goes to both at no cost, but in background mode to a mirror that is no faster than the guest: that one is never ready. In
/// write-blocking mode what the guest writes waits for a target that stands still.
/// </remarks>
internal sealed class MirrorJob(Machine machine, BlockJobOptions options, BlockNode source, BlockNode copy)
    : BlockJob(machine, options, source, copy, source.Image.Bytes, source.Image.DataBytes)
{
    private const long Piece = 64 << 10;

    private bool _isReady;
    private bool _isEnding;
    private bool _isPivot;

    public override string Type => "mirror";

    /// <summary>Whether a write of the guest's ends only once it has reached both.</summary>
    public bool BlocksWrites { get; set; }

    protected override long Waiting => _isReady && BlocksWrites && Stands && IsWritten ? Piece : 0;

    private bool IsWritten => Machine.IsRunning && Source.Writer is { BytesPerSecond: > 0 };

    protected override bool IsReady => _isReady;

    protected override bool Writes => !_isReady || _isEnding || IsWritten;

    /// <summary>One that is ready ends with both alike, unless forced.</summary>
    public override void Cancel(bool force)
    {
        if (force || !_isReady || IsDone)
        {
            base.Cancel(force);
        }
        else
        {
            End(pivot: false);
        }
    }

    /// <summary>The guest goes on with the copy.</summary>
    public override void Complete()
    {
        base.Complete();
        End(pivot: true);
    }

    protected override void Attach()
    {
        Source.Job = Copy.Job = this;
        Copy.Users++;
    }

    protected override void Detach(bool isDone)
    {
        Source.Job = Copy.Job = null;
        Copy.Users--;
    }

    protected override void WriteMore(Utf8JsonWriter json)
    {
        if (Machine.Options.ChangesBlockJobs)
        {
            json.WriteBoolean("actively-synced"u8, _isReady && BlocksWrites);
        }
    }

    protected override void Copied()
    {
        if (!BlocksWrites && IsWritten && Source.Writer!.BytesPerSecond >= Rate)
        {
            CopyMore(Piece);
            return;
        }

        _isReady = true;
        StopFlowing();
        Copy.Wrote(0, Length);
        Move("ready");
        Machine.Emit("BLOCK_JOB_READY", WriteProgress);
        RemoteMoved();
    }

    protected override void GoOn()
    {
        if (_isEnding)
        {
            End(_isPivot);
        }
        else
        {
            base.GoOn();
        }
    }

    private void End(bool pivot)
    {
        (_isEnding, _isPivot) = (true, pivot);
        if (!Stands)
        {
            Next(2 * Machine.Link.Latency, IsCut ? Fail : BecomeAlike);
        }
    }

    private void BecomeAlike()
    {
        Copy.Image.Content = Source.Image.Content;
        if (Machine.IsRunning && !_isPivot)
        {
            Source.Image.Content = new ImageContent(Source.Image.Content); // the guest goes on, and writes there alone
        }

        if (_isPivot)
        {
            Source.GiveGuestTo(Copy);
        }

        Succeed();
    }
}
