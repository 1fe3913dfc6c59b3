using Pve.Migration.Testing;
using Pve.Migration.Tests.Engine;
using Pve.Qmp;

namespace Pve.Migration.Tests.Recovery;

/// <summary>The end of a migrator's process: from one moment on nothing of it reaches anybody.</summary>
/// <param name="bench">Where.</param>
/// <param name="journal">What it notes in.</param>
/// <param name="moment">Before or after an entry of the journal, counted from now or by what it says, or a call of the target or the ownership.</param>
/// <param name="beside">Who dies with it.</param>
/// <param name="ownership">Who owns the guest, where that is not the bench's.</param>
/// <param name="claims">Whether the target's side claims it.</param>
internal sealed class Crash(EngineBench bench, MemoryJournal journal, string moment, string beside, IOwnershipHandover? ownership = null, bool claims = false)
{
    private readonly TaskCompletionSource _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _never = new TaskCompletionSource().Task;
    private volatile bool _isDead;
    private int _entry;
    private QmpClient? _source;
    private QmpClient? _target;

    public bool HasHappened => _isDead;

    /// <summary>What else is asked for.</summary>
    public Func<MigrationRequest, MigrationRequest> Change { get; init; } = request => request;

    /// <summary>What somebody else does as the target is about to be called.</summary>
    public Func<string, Task> Meanwhile { get; init; } = _ => Task.CompletedTask;

    /// <summary>What the target answers to a resume; it does as it is told unless set.</summary>
    public ResumeResult? Answer { get; init; }

    /// <summary>What the migration calls.</summary>
    public IReadOnlyList<IMigrationHook> Hooks { get; init; } = [];

    /// <summary>Runs a migration until the crash, or its end.</summary>
    public Task MigrateAsync() => RunAsync((migrator, target, cancellation) => migrator.MigrateAsync(
        Change(bench.Request(target) with { Source = _source!, Journal = journal, Ownership = new Dying(ownership ?? bench.Ownership, this), Hooks = Hooks }),
        cancellationToken: cancellation));

    /// <summary>The same for a recovery.</summary>
    public Task RecoverAsync() => RunAsync((migrator, target, cancellation) => migrator.RecoverAsync(
        new RecoveryRequest
        {
            VmId = EngineBench.VmId, Journal = journal, Source = _source, Target = target, Ownership = new Dying(bench.Ownership, this),
        }, cancellation));

    public static IMigrationTarget Target(EngineBench bench, QmpClient? monitor)
        => monitor is null ? new GoneTarget("target", _ => Task.CompletedTask) : new LocalTarget(new IncomingQemu(monitor, EngineBench.Address, kill: bench.KillTargetAsync));

    private async Task RunAsync(Func<LiveMigrator, IMigrationTarget, CancellationToken, Task> body)
    {
        _source = await bench.ListenAsync(bench.Pair.Source);
        _target = await bench.ListenAsync(bench.Pair.Target);
        journal.Before = entry => ReachAsync($"before entry {_entry}", $"before {entry.Mark} {entry.Step}");
        journal.After = entry => ReachAsync($"after entry {_entry++}", $"after {entry.Mark} {entry.Step}");
        var target = new HookedTarget(Target(bench, _target))
        {
            Claims = claims,
            Resume = Answer is { } answer ? (_, _) => Task.FromResult(answer) : null,
            Before = async call =>
            {
                await Meanwhile(call);
                await ReachAsync($"before {call}");
            },
            After = call => ReachAsync($"after {call}"),
        };
        var run = body(new LiveMigrator(new LiveMigratorOptions { TimeProvider = bench.Time }), target, EngineBench.Cancellation);
        await Task.WhenAny(run, _happened.Task);
        await (HasHappened ? _source.DisposeAsync() : default);
        journal.Before = journal.After = _ => Task.CompletedTask;
        await (HasHappened ? Task.CompletedTask : run);
    }

    private async Task ReachAsync(params string[] at)
    {
        if (HasHappened)
        {
            await _never;
        }

        if (at.Contains(moment))
        {
            _isDead = true;
            Die();
            _happened.SetResult();
            await _never;
        }
    }

    private void Die()
    {
        _ = _source!.DisposeAsync().AsTask();
        _ = _target!.DisposeAsync().AsTask();
        switch (beside)
        {
            case "with the target":
                bench.Pair.Target.Kill();
                break;
            case "with the source":
                bench.Pair.Source.Kill();
                break;
        }
    }

    private sealed class Dying(IOwnershipHandover inner, Crash crash) : IOwnershipHandover
    {
        public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => AroundAsync("prepare ownership", inner.PrepareAsync(vmId, cancellationToken));

        public Task CommitAsync(int vmId, CancellationToken cancellationToken) => AroundAsync("hand over ownership", inner.CommitAsync(vmId, cancellationToken));

        public Task RevertAsync(int vmId, CancellationToken cancellationToken) => AroundAsync("revert ownership", inner.RevertAsync(vmId, cancellationToken));

        private async Task AroundAsync(string call, Task done)
        {
            await crash.ReachAsync($"before {call}");
            await done;
            await crash.ReachAsync($"after {call}");
        }
    }
}
