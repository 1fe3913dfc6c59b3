using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>What a <see cref="ConvergenceStrategy"/> decides by.</summary>
/// <param name="PollsWithoutProgress">At how many polls since the last raise bytes were sent and the rest had not shrunk, or was nothing.</param>
/// <param name="DowntimeLimit">The limit that QEMU has now.</param>
/// <param name="Current">The RAM's progress at the latest poll.</param>
public readonly record struct ConvergenceState(int PollsWithoutProgress, TimeSpan DowntimeLimit, MigrationRamStats Current);
