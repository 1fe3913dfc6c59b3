using Pve.Migration.Engine.Convergence;
using Pve.Migration.Engine.Preflight;
using Pve.Migration.Engine.Storage;
using Pve.Migration.Engine.Switchover;
using Pve.Migration.Engine.Transfer;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.StepPlacement;

namespace Pve.Migration.Engine;

/// <summary>The run as a list, in its order. It is read aloud, not searched through.</summary>
internal sealed class MigrationPlan
{
    public const string CopyRam = "copy RAM";
    public const string MirrorDisks = "mirror disks";
    public const string StopGuest = "stop the guest (QEMU)";
    public const string NoticeStop = "notice pre-switchover";
    public const string FinishMirrors = "finish mirrors";
    public const string SwitchOver = "switch over";
    public const string LastPass = "last RAM and devices (QEMU)";
    public const string TargetLoads = "target loads (QEMU)";
    public const string Notice = "notice completion";
    public const string Resume = "resume";

    // QEMU.md's default profile: what makes completion mean that the target has loaded, and leaves the disks to whoever continues.
    private static readonly MigrationCapability[] Wanted =
        [MigrationCapability.Events, MigrationCapability.ReturnPath, MigrationCapability.LateBlockActivate];

    private readonly RunContext _run;
    private readonly SourceVm _source;
    private readonly TargetVm _target;
    private readonly TransferSettings _transfer;
    private string _uri = "";
    private IReadOnlyList<DiskExport> _exports = [];
    private bool _isUnwell;

    public MigrationPlan(RunContext run, SourceVm source, TargetVm target)
    {
        (_run, _source, _target) = (run, source, target);
        Tls = new TlsObjects(run, source, target);
        Steering = new Steering(run, source);
        Mirrors = new DiskMirrors(run, source, target, Tls, Steering);
        _transfer = new TransferSettings(run, source, target, Steering.MayStartPostCopy);
        Copy = new RamCopy(run, source, target, Mirrors, Steering);
        PostCopy = new PostCopy(run, source, target);
        ResumeStep = new ResumeStep(run, source, target);
        Steps = Build();
        Check(Steps);
    }

    public TlsObjects Tls { get; }

    public DiskMirrors Mirrors { get; }

    public Steering Steering { get; }

    public RamCopy Copy { get; }

    public PostCopy PostCopy { get; }

    public ResumeStep ResumeStep { get; }

    /// <summary>What the source's QEMU was told to use; empty before.</summary>
    public IReadOnlyList<MigrationCapability> Capabilities { get; private set; } = [];

    public IReadOnlyList<MigrationStep> Steps { get; }

    /// <summary>Refuses a step before the commit point that does not say how it is undone, and one out of its place.</summary>
    public static void Check(IReadOnlyList<MigrationStep> steps)
    {
        var commit = steps.Single(step => step.IsCommit);
        var before = steps.TakeWhile(step => step != commit).ToList();
        if (before.Find(step => step.Undo is null) is { } careless)
        {
            throw new InvalidOperationException($"The step '{careless.Name}' stands before the commit point and does not say how it is undone.");
        }

        if (!steps.Select(step => step.Placement).SequenceEqual(steps.Select(step => step.Placement).Order()))
        {
            throw new InvalidOperationException("The steps do not stand in the order of their placements.");
        }
    }

    private static MigrationStep[] None => [];

    private List<MigrationCapability> Common
        => [.. Wanted.Where(capability => _source.Capabilities.Knows(capability) && (_target.Monitor is null || _target.Knows(capability)))];

    private bool HasDisks => _run.Request.Disks.Count > 0;

    private bool UsesTls => _run.Request.Transfer.Tls is not null;

    // Where the copy is held, QEMU must not go past that point by itself.
    private bool WaitsAtSwitchover => HasDisks || Steering.IsHolding;

    private List<MigrationStep> Build()
    {
        var (request, profile, target) = (_run.Request, _run.Profile, _run.Request.Target);
        var vm = request.VmId;
        var hooks = new HookSteps(request.Hooks, vm);
        List<MigrationStep> steps =
        [
            .. GoalChecks().Select(StepOf),
            new("open target", BeforePause, _target.OpenAsync, target.CloseAsync),
            .. Checks().Select(StepOf),
            .. hooks.At(MigrationPhase.Preparing),
            .. UsesTls ? [new(TlsObjects.Name, BeforePause, Tls.AddAsync, Tls.RemoveAsync)] : None,
            new("set capabilities", BeforePause, ConfigureAsync, _source.RestoreAsync),
            new("start incoming", BeforePause, ListenAsync, CloseDescriptorAsync),
            new("prepare ownership", BeforePause, token => request.Ownership.PrepareAsync(vm, token), token => request.Ownership.RevertAsync(vm, token)),
            new("make target ready", BeforePause, token => target.MakeReadyAsync(vm, token), MigrationStep.NothingToUndo),
            .. HasDisks ? MirrorSteps() : None,
            .. hooks.At(MigrationPhase.Copying),
            .. WaitsAtSwitchover && request.Watchdog is { } armed ? [new("arm watchdog", BeforePause, armed.ArmAsync, armed.ReleaseAsync)] : None,
            new(CopyRam, BeforePause, token => Copy.RunAsync(_uri, token), TakeBackAsync),
            .. hooks.At(MigrationPhase.SwitchingOver),
            .. HasDisks ? DiskSteps() : None,
            .. WaitsAtSwitchover && request.Watchdog is { } dog ? [new("disarm watchdog", InsidePause, dog.DisarmAsync, MigrationStep.NothingToUndo)] : None,
            .. WaitsAtSwitchover ? [new(SwitchOver, InsidePause, Copy.SwitchOverAsync, MigrationStep.NothingToUndo)] : None,
            new("hand over ownership", InsidePause, token => request.Ownership.CommitAsync(vm, token), token => request.Ownership.RevertAsync(vm, token))
            {
                GuardsTheGuest = true,
            },
        ];
        if (profile.ClosesTunnelBeforeResume)
        {
            steps.Add(new("close tunnel", InsidePause, target.CloseAsync, MigrationStep.NothingToUndo));
        }

        if (request.IsReplicated || profile.AlwaysSendsReplicationState)
        {
            steps.Add(new("set replication state", InsidePause, token => target.SetReplicationStateAsync(vm, token), MigrationStep.NothingToUndo)
            {
                IsCaughtUp = true,
            });
        }

        steps.AddRange(hooks.At(MigrationPhase.Committing).Select(step => step with { IsCaughtUp = true }));
        if (Steering.MayStartPostCopy)
        {
            // Decided during the copy: the ownership is handed over while the guest still runs, since from here there is no way back.
            steps.Add(new(
                PostCopy.Start, InsidePause, _ => Steering.WantsPostCopy ? PostCopy.StartAsync() : Task.CompletedTask, MigrationStep.NothingToUndo)
            {
                HeedsNobody = true,
            });
        }

        steps.Add(new(Resume, InsidePause, _ => ResumeStep.RunAsync()) { IsCommit = true });
        steps.Add(new("see it run", AfterResume, SeeItRunAsync));
        if (request.Announce is { } announce)
        {
            steps.Add(new("announce", AfterResume, token => AnnounceAsync(announce, token)));
        }

        steps.AddRange(hooks.At(MigrationPhase.CleaningUp));
        steps.Add(new("read statistics", AfterResume, ReadStatisticsAsync) { UsesSource = true });
        steps.Add(new("restore target", AfterResume, _target.RestoreAsync));
        steps.Add(request.EndsSource
            ? new("end source", AfterResume, EndSourceAsync) { UsesSource = true }
            : new("restore source", AfterResume, _source.RestoreAsync) { UsesSource = true });
        if (HasDisks && !request.EndsSource)
        {
            steps.Add(new("detach disks", AfterResume, Mirrors.DetachAsync) { UsesSource = true });
        }

        if (UsesTls)
        {
            steps.Add(new("remove TLS", AfterResume, Tls.RemoveAsync));
        }

        steps.Add(new("unlock", AfterResume, token => target.UnlockAsync(vm, token)));
        if (!profile.ClosesTunnelBeforeResume)
        {
            steps.Add(new("close tunnel", AfterResume, target.CloseAsync)); // the last: whatever the peer can goes through it
        }

        return steps;
    }

    // The target's own disks are written until both are alike. The guest runs on beside it.
    private MigrationStep[] MirrorSteps() =>
    [
        new("export disks", BeforePause, ExportDisksAsync, MigrationStep.NothingToUndo),
        new(MirrorDisks, BeforePause, token => Mirrors.MirrorAsync(_exports, token), Mirrors.AbandonAsync),
    ];

    // At pre-switchover the guest is paused and the disks are still the source's: the last moment at which they can be made alike.
    private MigrationStep[] DiskSteps() =>
    [
        new(FinishMirrors, InsidePause, Mirrors.FinishAsync, MigrationStep.NothingToUndo),
        new("stop exports", InsidePause, StopExportsAsync, MigrationStep.NothingToUndo),
    ];

    private (string Name, Func<CancellationToken, Task> Run)[] GoalChecks() => Steering.Goal is { } goal ? [("check goal", _ => CheckGoalAsync(goal))] : [];

    // Known before anything was touched, and not only once the guest was paused.
    private Task CheckGoalAsync(MigrationGoal goal)
    {
        const string Id = "goal";
        if (_run.Forecast.FixedPart is var fixedPart && fixedPart >= goal.Pause)
        {
            var cannot = $"A pause of at most {goal.Pause.TotalMilliseconds:0.###} ms cannot be kept: without any RAM it takes about {fixedPart.TotalMilliseconds:0.###} ms to this target.";
            if (goal.Else == GoalFallback.Pause)
            {
                _run.Findings.Warn(Id, cannot, "Allow a longer pause.");
            }
            else
            {
                _run.Findings.Error(Id, cannot, "Allow a longer pause.");
            }
        }

        return Task.CompletedTask;
    }

    private IEnumerable<(string Name, Func<CancellationToken, Task> Run)> Checks() =>
    [
        ("check source", _source.CheckAsync),
        ("check target", CheckTargetAsync),
        .. HasDisks ? [("check disks", CheckDisksAsync)] : Array.Empty<(string, Func<CancellationToken, Task>)>(),
    ];

    private MigrationStep StepOf((string Name, Func<CancellationToken, Task> Run) check)
        => new(check.Name, BeforePause, token => HeedAsync(check.Run, token), MigrationStep.NothingToUndo);

    private async Task HeedAsync(Func<CancellationToken, Task> check, CancellationToken cancellationToken)
    {
        await check(cancellationToken).ConfigureAwait(false);
        _run.Findings.ThrowIfAnyError();
    }

    /// <summary>All that is checked before anything is touched, without the rest: nothing is thrown, all is found.</summary>
    public async Task PreflightAsync(CancellationToken cancellationToken)
    {
        (string Name, Func<CancellationToken, Task> Run)[] all =
        [
            .. GoalChecks(),
            ("probe target", _target.ProbeAsync),
            .. Checks(),
            ("check clock", token => ClockCheck.RunAsync(_run.Request.Target, _run.Time, _run.Findings, token)),
        ];
        foreach (var (name, check) in all)
        {
            try
            {
                await check(cancellationToken).ConfigureAwait(false);
            }
            catch (MigrationTargetException e)
            {
                _run.Findings.Error("target", e.Message, e.Remedy);
            }
            catch (QmpException e)
            {
                _run.Findings.Error("monitor", $"'{name}' ended early: {e.Message}");
                return;
            }
        }
    }

    private async Task CheckTargetAsync(CancellationToken cancellationToken)
    {
        await _target.CheckAsync(_source, cancellationToken).ConfigureAwait(false);
        await _transfer.CheckAsync(cancellationToken).ConfigureAwait(false);
        if (_run.Request.Transfer.Tls is { } tls)
        {
            TlsCheck.Run(tls, _source.Monitor, _target.Monitor, _run.Time.GetUtcNow(), _run.Findings);
            TlsCheck.LookForName(tls, _run.Request.Target.ConnectUri, _run.Findings);
        }

        if (Wanted.Except(Common).ToList() is { Count: > 0 } missing)
        {
            _run.Findings.Warn("capabilities", $"Not both sides know what is left out then: {string.Join(", ", missing)}.", "Upgrade the older one.");
        }
    }

    private Task CheckDisksAsync(CancellationToken cancellationToken)
    {
        if (!_source.Capabilities.Knows(MigrationCapability.PauseBeforeSwitchover))
        {
            _run.Findings.Error(
                "capabilities", "The source QEMU has no pre-switchover, where the mirrors of disks are finished.", "Take a QEMU since 2.11.");
        }

        return DiskCheck.RunAsync(_run.Request.Disks, _source.Monitor, _run.Request.Target, _target.Monitor, _run.Findings, cancellationToken);
    }

    private async Task ExportDisksAsync(CancellationToken cancellationToken)
        => _exports = await _run.Request.Target.ExportDisksAsync(_run.Request.VmId, _run.Request.Disks, Tls.ForExports, cancellationToken).ConfigureAwait(false);

    // What was mirrored is there already: nothing of it is noted.
    private Task StopExportsAsync(CancellationToken cancellationToken)
        => Task.WhenAll(
            _run.Request.Target.StopExportsAsync(_run.Request.VmId, cancellationToken),
            _target.TurnReplicationAsync(cancellationToken));

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        _uri = await _target.ListenAsync(cancellationToken).ConfigureAwait(false);
        TlsCheck.ThrowIfNameless(_run.Request.Transfer.Tls, _uri);
        if (_run.Request.Transfer.Descriptor is { } descriptor)
        {
            await _source.TakeDescriptorAsync(descriptor, cancellationToken).ConfigureAwait(false);
            _uri = SourceVm.DescriptorUri;
        }
    }

    private Task CloseDescriptorAsync(CancellationToken cancellationToken)
        => _run.Request.Transfer.Descriptor is null ? Task.CompletedTask : _source.CloseDescriptorAsync(cancellationToken);

    /// <summary>What QEMU's source counted; read once the guest runs on the target.</summary>
    public MigrationInfo? Counted { get; private set; }

    private async Task ConfigureAsync(CancellationToken cancellationToken)
    {
        var can = Common;
        if (Wanted.Except(can).ToList() is { Count: > 0 } dropped)
        {
            _run.Warn($"Left out, since not both sides know it: {string.Join(", ", dropped)}.");
        }

        foreach (var leftOut in _transfer.Dropped)
        {
            _run.Warn(leftOut);
        }

        can.AddRange(_transfer.Capabilities);
        Steering.CanStartPostCopy = await IsPostCopyPossibleAsync(can, cancellationToken).ConfigureAwait(false);
        if (Steering.CanStartPostCopy)
        {
            can.AddRange(_transfer.PostCopyCapabilities);
        }

        Capabilities = [.. can, .. WaitsAtSwitchover ? [MigrationCapability.PauseBeforeSwitchover] : Array.Empty<MigrationCapability>(), .. Steering.Capabilities];
        await _source.ConfigureAsync(Capabilities, Tls.OnSource(_transfer.Apply(Steering.Parameters)), cancellationToken).ConfigureAwait(false);
        await _target.ConfigureAsync(can, Tls.OnTarget(_transfer.Apply(new MigrationParameters())), cancellationToken).ConfigureAwait(false);
    }

    // One that stays paused was let run by nobody: an error that it shows is the one that stopped it on the source.
    private async Task SeeItRunAsync(CancellationToken cancellationToken)
    {
        if (ResumeStep.Verdict == ResumeVerdict.StaysPaused)
        {
            return;
        }

        try
        {
            await _target.SeeItRunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _isUnwell = true; // silence as well: whoever cannot be asked may have died
            throw;
        }
    }

    // The source's guest is older than the target's, but the only other one.
    private Task EndSourceAsync(CancellationToken cancellationToken) => _isUnwell
        ? throw new MigrationFailedException("The source was left as it is, paused: see to the guest on the target first.")
        : _source.EndAsync(cancellationToken);

    // A guest that does not run announces nothing, whatever it is told.
    private async Task AnnounceAsync(NetworkAnnounce announce, CancellationToken cancellationToken)
    {
        if (ResumeStep.Verdict == ResumeVerdict.StaysPaused)
        {
            return;
        }

        if (_target.Monitor is null)
        {
            throw new MigrationFailedException("The target's monitor is out of reach; its QEMU announces the guest by its own parameters alone.");
        }

        var arguments = new AnnounceSelf(announce.Initial, announce.Max, announce.Rounds, announce.Step) { Interfaces = announce.Interfaces };
        await _target.Monitor.ExecuteAsync(QmpCommands.AnnounceSelf, arguments, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    // A target's host may forbid what it needs (userfaultfd), which only trying tells.
    private async Task<bool> IsPostCopyPossibleAsync(List<MigrationCapability> can, CancellationToken cancellationToken)
    {
        if (!Steering.MayStartPostCopy)
        {
            return false;
        }

        var lacks = _target.Monitor is null ? "the target's monitor is out of reach"
            : HasDisks ? "its disks could not follow"
            : WaitsAtSwitchover ? "a held copy stops before the switchover, past which there is none"
            : !_source.Capabilities.Knows(MigrationCapability.PostcopyRam) || !_target.Knows(MigrationCapability.PostcopyRam) ? "not both sides know it"
            : !can.Contains(MigrationCapability.Events) || !can.Contains(MigrationCapability.ReturnPath) ? "it needs events and a return path"
            : null;
        if (lacks is null)
        {
            try
            {
                await _target.ConfigureAsync([.. can, .. _transfer.PostCopyCapabilities], new MigrationParameters(), cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (QmpCommandException e)
            {
                lacks = e.Description;
            }
        }

        _run.Warn($"Post-copy is not possible: {lacks}.");
        return false;
    }

    private Task TakeBackAsync(CancellationToken cancellationToken)
        => Copy.HasBegun ? _source.TakeBackAsync(cancellationToken) : Task.CompletedTask;

    private async Task ReadStatisticsAsync(CancellationToken cancellationToken)
        => Counted = await _source.Monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false);
}
