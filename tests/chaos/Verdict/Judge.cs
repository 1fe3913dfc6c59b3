using System.Net.Sockets;
using Pve.Chaos.Orchestration;
using Pve.Chaos.Scenarios;
using Pve.Chaos.World;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Chaos.Verdict;

/// <summary>
/// Looks at both QEMUs from outside, once everything is over: at most one guest ever ran, one runs whole or the outcome says that nobody can tell, and
/// nothing is left behind.
/// </summary>
internal sealed class Judge(Scenario scenario, Stage stage, Settings before, HostFiles files, IReadOnlyList<JournalEntry> journal)
{
    private const int GaveUp = 1; // QEMU's exit code

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<string> _violations = [];

    private bool HasKilledSource => scenario is { Fault: Fault.Kill, Party: Party.Source };

    private bool HasKilledTarget => scenario is { Fault: Fault.Kill, Party: Party.Target };

    // Only then may the guest have run, or be held by, a target that was killed.
    private bool MayHaveLeft => journal.Any(entry => entry is { Mark: JournalMark.Intends, Step: "resume" });

    // Who recovers may be killed once it has ended the target, and before it has noted that the guest had not run there.
    private bool MayHaveLostTarget => MayHaveLeft && (HasKilledTarget || (scenario.Kind == Kind.Recovery && stage.Target.Process.Exited.IsCompleted));

    // A guest that went ahead of its RAM has a part on each side, until all of it has come.
    private bool MayBeTorn => scenario.Kind == Kind.PostCopy && MayHaveLeft;

    public async Task<IReadOnlyList<string>> JudgeAsync(Ending ending, CancellationToken cancellationToken)
    {
        var isTorn = MayBeTorn && ending.Outcome == Ending.Unknown;
        var source = await IsRunningAsync(stage.Source, "source", mayHang: false, cancellationToken);
        var target = await IsRunningAsync(stage.Target, "target", mayHang: isTorn, cancellationToken);
        var hasRunThere = stage.Target.Ticks.TicksSeen > 0;
        Require(!(source && target), "The guest runs on both sides.");
        Require(source || target || isTorn || HasKilledSource || MayHaveLostTarget, "The guest runs nowhere.");
        Require(journal is [.., { Mark: JournalMark.Ended } end] && end.Step == ending.Outcome, "The journal does not end with the outcome.");
        Require(journal.Where(IsDefinite).All(entry => entry.Step == ending.Outcome), "The outcome was another one before.");
        switch (ending.Outcome)
        {
            case Ending.Migrated:
                Require(target || HasKilledTarget, "Migrated, and the guest does not run on the target.");
                Require(!source, "Migrated, and the guest runs on the source.");
                RequireOwner(stage.TargetOwns);
                if (ending.Warnings.Count == 0) // whom it could not ask any more it tells
                {
                    await RequireSettingsAsync(stage.Target, "target", cancellationToken);
                    await RequireSourceLeftAsync(cancellationToken);
                }

                break;
            case Ending.RolledBack:
                Require(source, $"Rolled back, and the guest does not run on the source: {ending.Text}");
                Require(!hasRunThere, "Rolled back, and the guest has run on the target.");
                Require(stage.Target.Process.Exited.IsCompleted, "Rolled back, and the target lives.");
                RequireOwner(stage.SourceOwns);
                if (!ending.Warnings.Any(IsOfNodesLeft))
                {
                    await RequireSettingsAsync(stage.Source, "source", cancellationToken);
                }

                break;
            default:
                if (isTorn)
                {
                    Require(HasKilledSource || !WasEnded(stage.Source), "The source was ended, which may have a part of the guest.");
                    Require(HasKilledTarget || !WasEnded(stage.Target), "The target was ended, which may have a part of the guest.");
                    break;
                }

                Require(HasKilledSource || MayHaveLostTarget, "Nobody can tell, though the source lives, and the target has not been told to resume.");
                Require(scenario is not { Fault: Fault.Kill, Party: Party.Source, Step: Moment.Resumed }, "Nobody can tell, though the guest was seen running on the target.");
                Require(HasKilledSource || hasRunThere || !stage.Source.Process.Exited.IsCompleted, "Nobody can tell, and the source was ended.");
                break;
        }

        await RequireNothingLeftAsync(cancellationToken);
        await (isTorn ? Task.CompletedTask : RequireWholeAsync(source, target, cancellationToken));
        RequireTicks();
        return _violations;
    }

    private static bool IsDefinite(JournalEntry entry) => entry is { Mark: JournalMark.Ended, Step: Ending.Migrated or Ending.RolledBack };

    private void Require(bool holds, string violation)
    {
        if (!holds)
        {
            _violations.Add(violation);
        }
    }

    private void RequireOwner(string owner)
    {
        var owners = new[] { stage.SourceOwns, stage.TargetOwns }.Where(folder => File.Exists(Path.Combine(folder, "100.conf"))).ToList();
        Require(owners is [var only] && only == owner, $"The guest belongs to {string.Join(" and ", owners.Select(Path.GetFileName))}, not to {Path.GetFileName(owner)}.");
    }

    // Both were started alike, so that one's settings are the other's.
    private async Task RequireSettingsAsync(GuestHost host, string name, CancellationToken cancellationToken)
    {
        if (!host.Process.Exited.IsCompleted)
        {
            var differs = before.Differs(await Settings.ReadAsync(host.Monitor, cancellationToken));
            Require(differs is null, $"The {name} is not as it was: {differs}.");
        }
    }

    // An ssh whose orchestrator was killed ends once it notices.
    private async Task RequireNothingLeftAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var left = Left();
        while (left.Count > 0 && !deadline.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            left = Left();
        }

        cancellationToken.ThrowIfCancellationRequested();
        Require(left.Count == 0, $"Left behind: {string.Join(", ", left)}.");
    }

    private List<string> Left() =>
    [
        .. Processes.Find("ssh", stage.Mark).Select(pid => $"ssh {pid}"),
        .. Processes.Find("mtunnel", stage.Mark).Select(pid => $"mtunnel {pid}"),
        .. stage.Forwards.Where(IsInTheWay),
        .. files.Left,
    ];

    // What the ssh of a killed orchestrator leaves may outlast the recovery, since it lives as long as what it carries; dead, the next tunnel over that path removes it.
    private bool IsInTheWay(string forward)
        => File.Exists(forward) && (scenario is not { Party: Party.Orchestrator, Fault: Fault.Kill } || IsListenedAt(forward));

    private static bool IsListenedAt(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // QEMU 7.2 holds the nodes of a backup whose way broke, and crashes when it is asked for its nodes then; whoever migrates is told.
    private bool IsOfNodesLeft(string warning) => scenario.Kind == Kind.Replica && warning.Contains("Left on the source: the node", StringComparison.Ordinal);

    private async Task RequireWholeAsync(bool source, bool target, CancellationToken cancellationToken)
    {
        if (source == target)
        {
            return; // none, or one too many
        }

        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var host = source ? stage.Source : stage.Target;
        try
        {
            await host.Ticks.WaitForTicksAsync(host.Ticks.TicksSeen + 20, either.Token);
            await stage.Guest.ArriveAsync(host, either.Token);
            var memory = await stage.Guest.CheckMemoryAsync(either.Token);
            Require(memory.Intact, $"The RAM is damaged: {memory}.");
            if (scenario.Disks > 0)
            {
                var disk = await stage.Guest.CheckDiskAsync(either.Token);
                Require(disk.Intact, $"The disk is damaged: {disk}.");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or EndOfStreamException or QmpException && !cancellationToken.IsCancellationRequested)
        {
            Require(false, $"The guest that runs does not tick: {e.Message}");
        }
    }

    private void RequireTicks()
    {
        var report = stage.Guest.Heartbeat.Report();
        Require(!report.RanTwice, $"A tick came from both sides: {report}.");
        Require(HasKilledSource || report.Perfect, $"The ticks are not one sequence: {report}.");
    }

    // A target whose stream breaks before it has all but the RAM gives up by itself.
    private static bool WasEnded(GuestHost host) => host.Process.Exited is { IsCompletedSuccessfully: true, Result: not GaveUp };

    private async Task RequireSourceLeftAsync(CancellationToken cancellationToken)
    {
        if (scenario.Kind != Kind.EndsSource)
        {
            await RequireSettingsAsync(stage.Source, "source", cancellationToken);
            return;
        }

        var exited = stage.Source.Process.Exited;
        await ((Task)exited).WaitAsync(Patience, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        Require(exited.IsCompleted, "Migrated, and the source lives.");
    }

    private async Task<bool> IsRunningAsync(GuestHost host, string name, bool mayHang, CancellationToken cancellationToken)
    {
        try
        {
            return !host.Process.Exited.IsCompleted
                && (await host.Monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).WaitAsync(Patience, TimeProvider.System, cancellationToken)).Running;
        }
        catch (QmpConnectionException)
        {
            return false;
        }
        catch (TimeoutException)
        {
            Require(mayHang, $"The {name}'s monitor hangs.");
            return false;
        }
    }
}
