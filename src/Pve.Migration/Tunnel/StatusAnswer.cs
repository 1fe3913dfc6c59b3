using System.Text.Json;

namespace Pve.Migration.Tunnel;

// What a peer answers to `status`: {"status": "paused", "running": false}
internal static class StatusAnswer
{
    // False where it surely has not run there, null where it may have, and stands still.
    public static bool? Runs(JsonElement answer)
    {
        bool runs = answer.TryGetProperty("running", out var running) && WireValue.IsTrue(running) == true;
        return runs ? true
            : answer.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String ? RunsIn(status.GetString()!)
            : null;
    }

    public static bool? RunsIn(string state) => state switch
    {
        "running" => true,
        "paused" or "prelaunch" or "inmigrate" => false,
        _ => null, // shutdown, io-error, guest-panicked: states of a guest that ran
    };
}
