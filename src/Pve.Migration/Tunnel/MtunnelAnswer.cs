using System.Text.Json;

namespace Pve.Migration.Tunnel;

// A command that was carried out: how long that took, and in v2 what came of it.
internal readonly record struct MtunnelAnswer(TimeSpan Elapsed, JsonElement Result);
