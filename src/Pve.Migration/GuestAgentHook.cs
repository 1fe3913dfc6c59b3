using Pve.Migration.Agent;
using static Pve.Migration.MigrationPhase;

namespace Pve.Migration;

/// <summary>Has the guest's agent freeze its file systems before the copy, and thaw and trim them on the target.</summary>
/// <remarks>
/// It remembers nothing: a recovery in another process thaws what was frozen here. A thaw of what is not frozen does nothing.
/// <code>
/// Copying      -> guest-fsfreeze-freeze   at the source
/// CleaningUp   -> guest-fsfreeze-thaw     at the target, then -> guest-fstrim
/// RollingBack  -> guest-fsfreeze-thaw     at the source
/// </code>
/// </remarks>
public sealed class GuestAgentHook : IMigrationHook
{
    private readonly GuestAgentOptions _options;

    /// <summary>Creates the hook.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public GuestAgentHook(GuestAgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        Phases =
        [
            .. options.FreezesFileSystems ? [Copying, RollingBack] : Array.Empty<MigrationPhase>(),
            .. options.FreezesFileSystems || options.TrimsFileSystems ? [CleaningUp] : Array.Empty<MigrationPhase>(),
        ];
    }

    /// <inheritdoc/>
    public string Name => "guest agent";

    /// <inheritdoc/>
    public IReadOnlyCollection<MigrationPhase> Phases { get; }

    /// <inheritdoc/>
    /// <exception cref="GuestAgentException">The agent is not there, did not answer in time, or refused.</exception>
    public Task EnterAsync(MigrationPhase phase, int vmId, CancellationToken cancellationToken) => phase switch
    {
        Copying => TalkAsync(_options.OpenAtSource, FreezeAsync, cancellationToken),
        CleaningUp => TalkAsync(_options.OpenAtTarget, ThawAndTrimAsync, cancellationToken),
        RollingBack => TalkAsync(_options.OpenAtSource, ThawAsync, cancellationToken),
        _ => Task.CompletedTask,
    };

    private async Task TalkAsync(
        Func<CancellationToken, Task<Stream>> open, Func<AgentTalk, CancellationToken, Task> talk, CancellationToken cancellationToken)
    {
        var agent = await AgentTalk.OpenAsync(open, _options.SyncTimeout, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        await using var closing = agent.ConfigureAwait(false);
        await talk(agent, cancellationToken).ConfigureAwait(false);
    }

    private Task FreezeAsync(AgentTalk agent, CancellationToken cancellationToken)
        => agent.ExecuteAsync("guest-fsfreeze-freeze", _options.FreezeTimeout, cancellationToken);

    private Task ThawAsync(AgentTalk agent, CancellationToken cancellationToken)
        => agent.ExecuteAsync("guest-fsfreeze-thaw", _options.FreezeTimeout, cancellationToken);

    private async Task ThawAndTrimAsync(AgentTalk agent, CancellationToken cancellationToken)
    {
        if (_options.FreezesFileSystems)
        {
            await ThawAsync(agent, cancellationToken).ConfigureAwait(false);
        }

        if (_options.TrimsFileSystems)
        {
            await agent.ExecuteAsync("guest-fstrim", _options.TrimTimeout, cancellationToken).ConfigureAwait(false);
        }
    }
}
