namespace Pve.Qmp.Commands;

/// <summary>A text in a list of texts (QAPI String).</summary>
/// <param name="Str">The text.</param>
/// <example><code>var forward = new NetdevString("tcp:127.0.0.1:2222-:22");</code></example>
public sealed record NetdevString(string Str) : QmpObject;
