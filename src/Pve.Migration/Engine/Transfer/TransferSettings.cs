using System.Numerics;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Transfer;

/// <summary>What of the caller's policy both QEMUs can.</summary>
internal sealed class TransferSettings(RunContext run, SourceVm source, TargetVm target, bool mayGoAhead)
{
    private const string Id = "transfer";
    private const int CacheShare = 10; // of the RAM, as Proxmox VE has it (QemuServer.pm)

    private readonly TransferPolicy _policy = run.Request.Transfer;
    private readonly List<string> _dropped = [];
    private MigrationParameters _parameters = new();

    /// <summary>What both have to be able to do besides.</summary>
    public List<MigrationCapability> Capabilities { get; } = [];

    /// <summary>What besides, where the guest may go ahead of its RAM.</summary>
    public List<MigrationCapability> PostCopyCapabilities { get; } = [MigrationCapability.PostcopyRam];

    /// <summary>What was left out, and why.</summary>
    public IReadOnlyList<string> Dropped => _dropped;

    /// <summary>Finds out, before anything is touched.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_policy.MultifdChannels > 0
            && Takes("Multifd", MigrationCapability.Multifd, mayGoAhead ? "the guest may go ahead of its RAM, which QEMU does not send that way" : null))
        {
            Capabilities.Add(MigrationCapability.Multifd);
            _parameters = new MigrationParameters
            {
                MultifdChannels = _policy.MultifdChannels,
                MultifdCompression = await CompressionAsync(cancellationToken).ConfigureAwait(false),
            };
        }

        if (_policy.UsesXbzrle && Takes("XBZRLE", MigrationCapability.Xbzrle))
        {
            Capabilities.Add(MigrationCapability.Xbzrle);
            _parameters = new MigrationParameters { XbzrleCacheSize = _policy.XbzrleCacheBytes ?? await CacheSizeAsync(cancellationToken).ConfigureAwait(false) };
        }

        if (_policy.CarriesBitmaps && Takes("Carrying bitmaps", MigrationCapability.DirtyBitmaps))
        {
            Capabilities.Add(MigrationCapability.DirtyBitmaps);
        }

        if (_policy.PreemptsPostCopy && Takes("Pre-empt", MigrationCapability.PostcopyPreempt, mayGoAhead ? null : "the guest does not go ahead of its RAM"))
        {
            PostCopyCapabilities.Add(MigrationCapability.PostcopyPreempt);
        }
    }

    /// <summary>The parameters of either side.</summary>
    public MigrationParameters Apply(MigrationParameters others) => others with
    {
        MultifdChannels = _parameters.MultifdChannels,
        MultifdCompression = _parameters.MultifdCompression,
        XbzrleCacheSize = _parameters.XbzrleCacheSize,
    };

    private bool Takes(string what, MigrationCapability capability, string? otherwise = null)
    {
        var lacks = otherwise
            ?? (target.Monitor is null ? "the target's monitor is out of reach"
                : !source.Capabilities.Knows(capability) || !target.Knows(capability) ? "not both sides know it"
                : null);
        return lacks is null || Drop($"{what} is left out: {lacks}.");
    }

    private bool Drop(string what)
    {
        _dropped.Add(what);
        run.Findings.Warn(Id, what);
        return false;
    }

    // Which of them a QEMU has depends on how it was built.
    private async Task<MultifdCompression> CompressionAsync(CancellationToken cancellationToken)
    {
        var wanted = _policy.MultifdCompression;
        if (wanted == MultifdCompression.None
            || (await HasAsync(source.Monitor, wanted, cancellationToken).ConfigureAwait(false)
                && await HasAsync(target.Monitor!, wanted, cancellationToken).ConfigureAwait(false)))
        {
            return wanted;
        }

        Drop($"The compression {wanted} is left out: not both sides know it.");
        return MultifdCompression.None;
    }

    private static async Task<bool> HasAsync(QmpClient monitor, MultifdCompression compression, CancellationToken cancellationToken)
    {
        var schema = await monitor.GetSchemaAsync(cancellationToken).ConfigureAwait(false);
        return schema.HasEnumValue(QmpCommands.MigrateSetParameters.Name, "multifd-compression", compression.Value);
    }

    private async Task<long> CacheSizeAsync(CancellationToken cancellationToken)
    {
        var memory = await source.Monitor.ExecuteAsync(QmpCommands.QueryMemorySizeSummary, cancellationToken: cancellationToken).ConfigureAwait(false);
        return (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, memory.BaseMemory / CacheShare));
    }
}
