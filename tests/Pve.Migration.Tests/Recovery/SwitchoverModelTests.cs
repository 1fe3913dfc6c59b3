using Pve.Migration.Engine.Recovery;
using Pve.Migration.Engine.Switchover;

namespace Pve.Migration.Tests.Recovery;

/// <summary>All interleavings, to their end; and mistakes that others have made, or that we had, each of which has to be found.</summary>
public sealed class SwitchoverModelTests(ITestOutputHelper output)
{
    private const string TwoRun = "two guests run";
    private const string OlderRuns = "the source's guest went on, though it had run on the target";
    private const string Ghost = "a ghost is left that anybody could resume";
    private const string NoneRuns = "nothing has died, and no guest runs";

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void No_order_of_events_makes_two_guests_run_or_loses_one(bool isWatched, bool arbitrates)
    {
        var (worlds, depth, violations) = new SwitchoverModel(isWatched: isWatched, arbitrates: arbitrates).Explore();
        output.WriteLine($"{worlds} states, the farthest of them {depth} events away.");
        Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations.Values.SelectMany(way => way)));
        Assert.True(worlds > 10_000 && depth > 15, $"{worlds}, {depth}");
    }

    [Fact]
    public void A_right_that_is_revoked_after_it_was_used_is_found_out()
        => AssertFound(new SwitchoverModel(arbitrates: true, revokesClaimed: true), TwoRun);

    [Fact]
    public void A_target_that_starts_by_itself_is_found_out()
        => AssertFound(new SwitchoverModel(autostarts: true), TwoRun);

    [Fact]
    public void A_commit_that_goes_by_the_targets_word_alone_is_found_out()
        => AssertFound(new SwitchoverModel(new SwitchoverRules { MayCommit = (_, isLoaded) => isLoaded == true }), TwoRun);

    [Fact]
    public void A_source_that_goes_on_while_the_target_may_live_is_found_out()
        => AssertFound(new SwitchoverModel(provesDeath: false), Ghost);

    [Fact]
    public void A_failed_stream_that_is_taken_for_the_targets_death_is_found_out()
        => AssertFound(With(known => RollbackRule.Next(known with { MayHaveSentAll = known.MayHaveSentAll is null ? null : false })), Ghost);

    [Fact]
    public void A_stream_that_comes_to_its_end_while_it_is_cancelled_is_found_out()
        => AssertFound(With(known => RollbackRule.Next(known.IsUndone is null ? known : known with { MayHaveSentAll = false })), Ghost);

    [Fact]
    public void A_source_that_is_ended_though_the_target_refused_is_found_out()
        => AssertFound(
            new SwitchoverModel(new SwitchoverRules
            {
                After = (verdict, isTakenUp, isRevoked) => verdict == ResumeVerdict.NeverRan ? Aftermath.Finish : CommitRule.After(verdict, hasGoneAhead: false, isTakenUp, isRevoked),
            }),
            NoneRuns);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_source_that_is_resumed_since_the_last_answer_was_lost_is_found_out(bool isRecovery)
    {
        var migration = new SwitchoverRules { Resume = known => known.Answer == ResumeAnswer.Unknown ? ResumeMove.NeverRan : ResumeRule.Next(known) };
        var recovery = new SwitchoverRules
        {
            Recovery = (stage, source, target) => target == TargetView.Unreachable && source == SourceView.Finished
                ? (RecoveryMove.Back, "the answer was lost")
                : RecoveryRule.Decide(stage, source, target),
        };
        AssertFound(new SwitchoverModel(isRecovery ? recovery : migration, isWatched: false, provesDeath: false), TwoRun);
    }

    [Fact]
    public void A_refusal_that_is_believed_without_a_look_is_found_out()
        => AssertFound(
            new SwitchoverModel(
                new SwitchoverRules { Resume = known => known.Answer == ResumeAnswer.Refused ? ResumeMove.NeverRan : ResumeRule.Next(known) }, isWatched: false),
            OlderRuns);

    [Fact]
    public void A_target_that_is_not_heard_out_is_found_out()
        => AssertFound(With(known => RollbackRule.Next(known with { HasHeardOut = true })), OlderRuns);

    [Fact]
    public void A_target_that_is_heard_out_only_after_a_resume_is_found_out()
        => AssertFound(With(known => RollbackRule.Next(known with { HasHeardOut = known.HasHeardOut || !known.MayHaveRun })), OlderRuns);

    [Fact]
    public void A_silence_that_is_taken_for_its_last_word_is_found_out()
        => AssertFound(With(known => RollbackRule.Next(known with { WasDeaf = false })), OlderRuns);

    [Fact]
    public void A_resume_beside_a_source_that_may_go_on_by_itself_is_found_out()
        => AssertFound(
            With((stage, source, target) => (source, target) == (SourceView.Paused, TargetView.Loaded) && stage >= JournalStage.Committing
                ? (RecoveryMove.Forward, "it has loaded")
                : RecoveryRule.Decide(stage, source, target)),
            TwoRun);

    [Fact]
    public void A_resume_without_the_source_that_was_not_seen_complete_is_found_out()
        => AssertFound(
            With((stage, source, target) => (source, target) == (SourceView.Unreachable, TargetView.Loaded) && stage >= JournalStage.Committing
                ? (RecoveryMove.Forward, "it has loaded")
                : RecoveryRule.Decide(stage, source, target)),
            TwoRun);

    [Fact]
    public void A_way_back_that_is_noted_while_the_resume_may_be_under_way_is_found_out()
        => AssertFound(With(known => known is { MayHaveRun: true, IsNoted: false } ? RollbackMove.Note : RollbackRule.Next(known)), OlderRuns);

    [Fact]
    public void A_run_on_the_target_that_is_seen_and_not_noted_is_found_out()
        => AssertFound(With(known => RollbackRule.Next(known) is var move && move == RollbackMove.HasLeft ? RollbackMove.Unproven : move), OlderRuns);

    private static SwitchoverModel With(Func<RollbackKnowledge, RollbackMove> rule) => new(new SwitchoverRules { Rollback = rule });

    private static SwitchoverModel With(Func<JournalStage, SourceView, TargetView, (RecoveryMove Move, string Why)> rule) => new(new SwitchoverRules { Recovery = rule });

    private static void AssertFound(SwitchoverModel model, string violation)
    {
        var found = model.Explore().Violations;
        Assert.True(found.ContainsKey(violation), $"Found instead: {string.Join(", ", found.Keys)}");
    }
}
