using Pve.Migration.Engine.Recovery;
using Pve.Migration.Engine.Switchover;

namespace Pve.Migration.Tests.Recovery;

/// <summary>The engine's own decisions; a mistake is put in by taking another for one of them.</summary>
internal sealed record SwitchoverRules
{
    public Func<bool, bool?, bool> MayCommit { get; init; } = CommitRule.MayCommit;

    public Func<ResumeKnowledge, ResumeMove> Resume { get; init; } = ResumeRule.Next;

    public Func<ResumeVerdict, bool, bool?, Aftermath> After { get; init; } = (verdict, isTakenUp, isRevoked) => CommitRule.After(verdict, hasGoneAhead: false, isTakenUp, isRevoked);

    public Func<RollbackKnowledge, RollbackMove> Rollback { get; init; } = RollbackRule.Next;

    public Func<JournalStage, SourceView, TargetView, (RecoveryMove Move, string Why)> Recovery { get; init; } = RecoveryRule.Decide;

    public Func<JournalStage, SourceView, TargetView, bool> MayGoBackWithoutDeath { get; init; } = RecoveryRule.MayGoBackWithoutDeath;
}
