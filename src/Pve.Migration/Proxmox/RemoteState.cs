using System.Text.Json;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Proxmox;

// What `status/current` says. Where QEMU does not answer the node within 2 s, Proxmox VE writes "running" for its state, since it has a process:
// the state is QEMU's own only where the answer holds what QEMU was asked next, its version.
internal readonly record struct RemoteState(bool? Runs, bool HasProcess, string Text)
{
    public static RemoteState? Read(JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object || TextOf(data, "status") is not { } status)
        {
            return null;
        }

        string state = TextOf(data, "qmpstatus") ?? status;
        bool? runs = status == "stopped" ? false : TextOf(data, "running-qemu") is null ? null : StatusAnswer.RunsIn(state);
        return new RemoteState(runs, status != "stopped", runs is null && state == "running" ? "running, or does not answer the node" : state);
    }

    // The API has no configuration of that VM: "Configuration file 'nodes/NODE/qemu-server/VMID.conf' does not exist".
    public static bool IsOfNoVm(string? complaint) =>
        complaint is not null && complaint.Contains("Configuration file '", StringComparison.Ordinal) && complaint.Contains("' does not exist", StringComparison.Ordinal);

    private static string? TextOf(JsonElement data, string name) =>
        data.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
