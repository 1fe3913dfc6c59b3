using System.Text.Json;

namespace Pve.Qmp;

/// <summary>An event as QEMU sent it.</summary>
/// <param name="Name">Its name, such as <c>STOP</c>.</param>
/// <param name="Timestamp">When it happened by the clock of QEMU's host, in microseconds; <see cref="DateTimeOffset.MinValue"/> where QEMU had none.</param>
/// <param name="Data">Its data; <see cref="JsonValueKind.Undefined"/> where it has none.</param>
/// <param name="ReceivedAt">When it was read here, as a <see cref="TimeProvider.GetTimestamp"/> of the client's clock.</param>
/// <example>
/// <code>
/// if (qmpEvent.Name == "BLOCK_JOB_COMPLETED")
/// {
///     Console.WriteLine($"{qmpEvent.Timestamp:O} {qmpEvent.Data.GetProperty("device").GetString()} is complete");
/// }
///
/// TimeSpan heardAgo = qemu.TimeProvider.GetElapsedTime(qmpEvent.ReceivedAt);
/// </code>
/// </example>
public sealed record QmpEvent(string Name, DateTimeOffset Timestamp, JsonElement Data, long ReceivedAt);
