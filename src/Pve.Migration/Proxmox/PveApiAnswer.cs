using System.Text.Json;

namespace Pve.Migration.Proxmox;

// What the API gave, or why it did not.
internal readonly record struct PveApiAnswer(JsonElement Data, string? Complaint);
