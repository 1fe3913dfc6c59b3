using System.Text.Json;

namespace QmpShell;

/// <summary>What QEMU returned.</summary>
/// <param name="Value">The result.</param>
/// <param name="IsMonitorText">Whether it is a text that the human monitor wrote for a person.</param>
internal readonly record struct Answer(JsonElement Value, bool IsMonitorText);
