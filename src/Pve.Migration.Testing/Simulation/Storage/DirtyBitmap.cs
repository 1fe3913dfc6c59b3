using System.Text.Json;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>A bitmap of what was written. How much that is the simulation does not know, only that nothing was where no guest ran.</summary>
internal sealed record DirtyBitmap(string Name, long Granularity)
{
    /// <summary>Whether it still notes what is written.</summary>
    public bool IsRecording { get; init; } = true;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, Name);
        json.WriteBoolean("recording"u8, IsRecording);
        json.WriteBoolean("persistent"u8, false);
        json.WriteBoolean("busy"u8, false);
        json.WriteNumber("granularity"u8, Granularity);
        json.WriteNumber("count"u8, 0);
        json.WriteEndObject();
    }
}
