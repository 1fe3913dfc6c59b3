using System.Text.Json;

namespace QmpShell.Language;

/// <summary>A QMP command.</summary>
/// <param name="Command">Its name.</param>
/// <param name="Arguments">Its arguments; undefined where there are none.</param>
/// <param name="OutOfBand">Whether the line itself said <c>exec-oob</c>.</param>
internal sealed record QmpLine(string Command, JsonElement Arguments = default, bool OutOfBand = false) : ShellLine;
