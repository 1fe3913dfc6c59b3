using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>What a <see cref="PollingStrategy"/> decides by.</summary>
/// <param name="Polls">How many polls were answered so far.</param>
/// <param name="PreviousDelay">The delay before the latest poll; zero before the first.</param>
/// <param name="Previous">The RAM's progress at the poll before the latest; null where there was none.</param>
/// <param name="Current">The RAM's progress at the latest poll; null where there was none.</param>
public readonly record struct PollingState(int Polls, TimeSpan PreviousDelay, MigrationRamStats? Previous, MigrationRamStats? Current);
