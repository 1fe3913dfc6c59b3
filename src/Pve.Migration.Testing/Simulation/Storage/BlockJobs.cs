using System.Text.Json;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>The block jobs of one QEMU, by name.</summary>
internal sealed class BlockJobs(Machine machine)
{
    private static readonly string[] BackupArguments =
    [
        "job-id", "device", "target", "sync", "speed", "bitmap", "bitmap-mode", "compress", "on-source-error", "on-target-error", "auto-finalize", "auto-dismiss",
        "filter-node-name", "x-perf",
    ];

    private readonly List<BlockJob> _jobs = [];

    public BlockJob RequireBlockJob(string name)
        => _jobs.Find(job => job.Id == name) ?? throw new CommandRefusedException("DeviceNotActive", $"Block job '{name}' not found");

    public BlockJob Require(string id) => _jobs.Find(job => job.Id == id) ?? throw new CommandRefusedException("Job not found");

    /// <summary><c>blockdev-mirror</c></summary>
    public void Mirror(CommandArguments arguments)
    {
        var (device, target) = (arguments.Text("device"), arguments.Text("target"));
        var sync = arguments.Word("sync", "top", "full", "none", "incremental", "bitmap");
        var blocksWrites = arguments.Has("copy-mode") && arguments.Word("copy-mode", "background", "write-blocking") == "write-blocking";
        var (source, copy) = (machine.Disks.Require(device), machine.Disks.Require(target));
        if (source.Job is not null || source.Backups > 0)
        {
            throw new CommandRefusedException("Need a root block node"); // a job's filter is on top of it
        }

        if (sync is "incremental" or "bitmap")
        {
            throw new CommandRefusedException($"Sync mode '{sync}' not supported");
        }

        Begin(new MirrorJob(machine, BlockJobOptions.Read(arguments, source), source, copy) { BlocksWrites = blocksWrites });
    }

    /// <summary><c>block-job-change</c></summary>
    public void Change(CommandArguments arguments)
    {
        var job = RequireBlockJob(arguments.Text("id"));
        arguments.Word("type", "mirror");
        arguments.Word("copy-mode", "write-blocking"); // there is no way back
        (job as MirrorJob ?? throw new CommandRefusedException("Job type does not support change")).BlocksWrites = true;
    }

    /// <summary><c>blockdev-backup</c></summary>
    public void Backup(CommandArguments arguments)
    {
        arguments.Only(BackupArguments);
        var (device, target) = (arguments.Text("device"), arguments.Text("target"));
        var sync = arguments.Word("sync", "top", "full", "none", "incremental", "bitmap");
        var (source, copy) = (machine.Disks.Require(device), machine.Disks.Require(target));
        machine.Disks.Settle();
        var backup = new BackupJob(machine, BlockJobOptions.Read(arguments, source), source, copy, BackupSync.Read(arguments, sync, source));
        if (source == copy)
        {
            throw new CommandRefusedException("Source and target cannot be the same");
        }

        source.RequireIdle();
        copy.RequireIdle();
        if (source.Image.Bytes != copy.Image.Bytes)
        {
            throw new CommandRefusedException("Source and target image have different sizes");
        }

        machine.Disks.RequireWritable(copy);
        Begin(backup);
    }

    public void Remove(BlockJob job) => _jobs.Remove(job);

    public void ProcessEnded() => _jobs.ForEach(job => job.ProcessEnded());

    /// <summary>QEMU drains its block layer as the guest stops: each job rests for a moment.</summary>
    public void Drain() => _jobs.ForEach(job => job.Drain());

    /// <summary>The guest goes on, or the other side is gone, froze or thawed.</summary>
    public void RemoteMoved()
    {
        foreach (var job in _jobs.ToArray())
        {
            job.RemoteMoved();
        }
    }

    public void Write(Utf8JsonWriter json, Action<BlockJob, Utf8JsonWriter> one)
    {
        json.WriteStartArray();
        foreach (var job in _jobs)
        {
            json.WriteStartObject();
            one(job, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Begin(BlockJob job)
    {
        if (job.Id.Length == 0)
        {
            throw new CommandRefusedException("Invalid job ID ''");
        }

        if (_jobs.Exists(other => other.Id == job.Id))
        {
            throw new CommandRefusedException($"Job ID '{job.Id}' already in use");
        }

        _jobs.Insert(0, job);
        try
        {
            job.Begin();
        }
        catch (CommandRefusedException)
        {
            _jobs.Remove(job);
            throw;
        }
    }
}
