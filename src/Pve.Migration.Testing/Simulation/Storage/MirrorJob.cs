namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>A mirror: what is not zero is copied, then both images are kept alike until it is told to end.</summary>
/// <remarks>What the guest writes goes to both at no cost, in either copy mode.</remarks>
internal sealed class MirrorJob(Machine machine, BlockJobOptions options, BlockNode source, BlockNode copy)
    : BlockJob(machine, options, source, copy, source.Image.Bytes, source.Image.DataBytes)
{
    private bool _isReady;
    private bool _isEnding;
    private bool _isPivot;

    public override string Type => "mirror";

    protected override bool IsReady => _isReady;

    protected override bool Writes => !_isReady || _isEnding || (Machine.IsRunning && Source.Writer is { IsIdle: false });

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

    protected override void Copied()
    {
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
