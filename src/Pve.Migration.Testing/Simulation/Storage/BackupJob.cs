namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>A backup: the disk as it was when the job began, or what a bitmap says of it, whatever the guest writes meanwhile.</summary>
internal sealed class BackupJob(Machine machine, BlockJobOptions options, BlockNode source, BlockNode copy, BackupSync sync)
    : BlockJob(machine, options, source, copy, sync.Length(source), sync.Data(source))
{
    private readonly ImageContent _content = source.Image.Content;
    private bool _isCancelled;

    public override string Type => "backup";

    /// <summary>It first waits for what it has sent, however long.</summary>
    public override void Cancel(bool force)
    {
        _isCancelled = Stands;
        if (!_isCancelled)
        {
            base.Cancel(force);
        }
    }

    protected override void GoOn()
    {
        if (_isCancelled && !Stands)
        {
            Cancel(force: true);
        }
        else
        {
            base.GoOn();
        }
    }

    protected override void Attach()
    {
        Source.Backups++;
        Copy.Job = this;
        Copy.Users++;
        sync.Bitmap?.Hold();
    }

    protected override void Detach(bool isDone)
    {
        Source.Backups--;
        Copy.Job = null;
        Copy.Users--;
        sync.Release(Source, isDone);
    }

    protected override void Copied()
    {
        StopFlowing();
        foreach (var (from, to) in sync.Written(Source))
        {
            Copy.Wrote(from, to);
        }

        if (sync.IsWhole)
        {
            Copy.Image.Content = _content;
        }

        Succeed();
    }
}
