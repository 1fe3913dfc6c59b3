using System.Text.Json;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>A bitmap of what was written, in steps of its granularity.</summary>
internal sealed class DirtyBitmap(string name, long granularity)
{
    private readonly Regions _dirty = new();
    private Regions? _since;

    public string Name => name;

    /// <summary>Whether it still notes what is written.</summary>
    public bool IsRecording { get; set; } = true;

    /// <summary>Whether a job works through it; what is written meanwhile is kept apart.</summary>
    public bool IsBusy => _since is not null;

    /// <summary>How many bytes are marked.</summary>
    public long Count => _dirty.Bytes;

    public IReadOnlyList<(long From, long To)> Marked => _dirty.All;

    /// <exception cref="CommandRefusedException">A job works through it.</exception>
    public void RequireIdle()
    {
        if (IsBusy)
        {
            throw new CommandRefusedException($"Bitmap '{name}' is currently in use by another operation and cannot be used");
        }
    }

    public DirtyBitmap Copy()
    {
        var copy = new DirtyBitmap(name, granularity) { IsRecording = IsRecording };
        copy.Merge(this);
        return copy;
    }

    public void Note(long from, long to)
    {
        if (IsRecording && from < to)
        {
            Mark(_since ?? _dirty, from, to);
        }
    }

    public void Merge(DirtyBitmap other)
    {
        foreach (var (from, to) in other._dirty.All)
        {
            Mark(_dirty, from, to);
        }
    }

    public void Clear() => _dirty.Clear();

    /// <summary>A job begins to work through it.</summary>
    public void Hold() => _since = new Regions();

    /// <summary>The job has ended.</summary>
    /// <param name="isDone">Whether what was marked before is no longer.</param>
    public void Release(bool isDone)
    {
        var since = _since!;
        _since = null;
        if (isDone)
        {
            Clear();
        }

        foreach (var (from, to) in since.All)
        {
            _dirty.Add(from, to);
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteBoolean("recording"u8, IsRecording);
        json.WriteBoolean("persistent"u8, false);
        json.WriteBoolean("busy"u8, IsBusy);
        json.WriteNumber("granularity"u8, granularity);
        json.WriteNumber("count"u8, Count);
        json.WriteEndObject();
    }

    private void Mark(Regions regions, long from, long to)
        => regions.Add(from / granularity * granularity, (to + granularity - 1) / granularity * granularity);
}
