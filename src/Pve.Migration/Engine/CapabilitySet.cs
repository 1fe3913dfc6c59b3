using Pve.Migration.Engine.Recovery;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>One QEMU's capabilities and parameters: what it can, and how to put them back as they were.</summary>
internal sealed class CapabilitySet
{
    private readonly QmpClient _monitor;
    private readonly IReadOnlyList<MigrationCapabilityStatus> _before;
    private readonly MigrationParameters _parametersBefore;

    private CapabilitySet(QmpClient monitor, IReadOnlyList<MigrationCapabilityStatus> before, MigrationParameters parametersBefore)
        => (_monitor, _before, _parametersBefore) = (monitor, before, parametersBefore);

    public static async Task<CapabilitySet> ReadAsync(QmpClient monitor, CancellationToken cancellationToken)
        => new(
            monitor,
            await monitor.ExecuteAsync(QmpCommands.QueryMigrateCapabilities, cancellationToken: cancellationToken).ConfigureAwait(false),
            await monitor.ExecuteAsync(QmpCommands.QueryMigrateParameters, cancellationToken: cancellationToken).ConfigureAwait(false));

    /// <summary>What <see cref="RestoreAsync"/> puts back.</summary>
    public FoundSettings Found(bool guestPaused) => new(
        guestPaused,
        [.. _before.Where(status => status.State).Select(status => status.Capability.ToString())],
        _parametersBefore.MaxBandwidth,
        _parametersBefore.DowntimeLimit,
        _parametersBefore.CpuThrottleInitial,
        _parametersBefore.CpuThrottleIncrement,
        _parametersBefore.MaxCpuThrottle,
        _parametersBefore.XbzrleCacheSize,
        _parametersBefore.MultifdChannels,
        _parametersBefore.MultifdCompression?.Value,
        _parametersBefore.TlsCreds,
        _parametersBefore.TlsHostname,
        _parametersBefore.TlsAuthz);

    /// <summary>The same QEMU, to be put back to <paramref name="found"/>.</summary>
    public CapabilitySet With(FoundSettings found) => new(
        _monitor, [.. _before.Select(status => status with { State = found.Capabilities.Contains(status.Capability.ToString()) })], found.Parameters);

    public bool Knows(MigrationCapability capability) => _before.Any(status => status.Capability == capability);

    /// <summary>Switches exactly <paramref name="wanted"/> on, and everything else off.</summary>
    public Task ApplyAsync(IReadOnlyCollection<MigrationCapability> wanted, CancellationToken cancellationToken)
        => SetAsync([.. _before.Select(status => status with { State = wanted.Contains(status.Capability) })], cancellationToken);

    public async Task ApplyAsync(MigrationParameters parameters, CancellationToken cancellationToken)
        => await _monitor.ExecuteAsync(QmpCommands.MigrateSetParameters, parameters, cancellationToken: cancellationToken).ConfigureAwait(false);

    /// <summary>Puts back what <see cref="ReadAsync"/> found.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await SetAsync(_before, cancellationToken).ConfigureAwait(false);
        await ApplyAsync(Found(guestPaused: false).Parameters, cancellationToken).ConfigureAwait(false);
    }

    // A capability that does not change is not named: some can't be set at all on a given build, not even to what they are.
    private async Task SetAsync(IReadOnlyList<MigrationCapabilityStatus> target, CancellationToken cancellationToken)
    {
        var now = await _monitor.ExecuteAsync(QmpCommands.QueryMigrateCapabilities, cancellationToken: cancellationToken).ConfigureAwait(false);
        var changes = target.Except(now).ToList();
        if (changes.Count > 0)
        {
            await _monitor.ExecuteAsync(QmpCommands.MigrateSetCapabilities, new MigrateSetCapabilities(changes), cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
