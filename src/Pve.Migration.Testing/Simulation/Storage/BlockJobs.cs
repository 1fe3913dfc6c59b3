using System.Text.Json;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>The block jobs of one QEMU, by name.</summary>
internal sealed class BlockJobs(Machine machine)
{
    private readonly List<MirrorJob> _jobs = [];

    public MirrorJob RequireBlockJob(string name)
        => _jobs.Find(job => job.Id == name) ?? throw new CommandRefusedException("DeviceNotActive", $"Block job '{name}' not found");

    public MirrorJob Require(string id) => _jobs.Find(job => job.Id == id) ?? throw new CommandRefusedException("Job not found");

    /// <summary><c>blockdev-mirror</c></summary>
    public void Mirror(CommandArguments arguments)
    {
        var (device, target) = (arguments.Text("device"), arguments.Text("target"));
        var sync = arguments.Word("sync", "top", "full", "none", "incremental", "bitmap");
        _ = arguments.Has("copy-mode") ? arguments.Word("copy-mode", "background", "write-blocking") : "";
        var (source, copy) = (machine.Disks.Require(device), machine.Disks.Require(target));
        if (source.Job is not null)
        {
            throw new CommandRefusedException("Need a root block node"); // the job's filter is on top of it
        }

        if (sync is "incremental" or "bitmap")
        {
            throw new CommandRefusedException($"Sync mode '{sync}' not supported");
        }

        var id = arguments.TextOr("job-id", source.Device is null ? device : "");
        if (id.Length == 0)
        {
            throw new CommandRefusedException("Invalid job ID ''");
        }

        if (_jobs.Exists(job => job.Id == id))
        {
            throw new CommandRefusedException($"Job ID '{id}' already in use");
        }

        var mirror = new MirrorJob(machine, id, source, copy, arguments.NumberOr("speed", 0), arguments.FlagOr("auto-dismiss", true));
        _jobs.Add(mirror);
        mirror.Begin();
    }

    public void Remove(MirrorJob job) => _jobs.Remove(job);

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

    public void Write(Utf8JsonWriter json, Action<MirrorJob, Utf8JsonWriter> one)
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
}
