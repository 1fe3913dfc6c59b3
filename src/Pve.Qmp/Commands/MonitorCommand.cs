namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>human-monitor-command</c>.</summary>
/// <param name="CommandLine">A line of the human monitor; neither it nor its answer is a stable interface.</param>
public sealed record MonitorCommand([property: System.Text.Json.Serialization.JsonPropertyName("command-line")] string CommandLine);
