using Pve.Migration.Engine.Recovery;

namespace Pve.Migration.Tests.Recovery;

/// <summary>All interleavings, to their end; and mistakes that others have made, each of which has to be found.</summary>
public sealed class SwitchoverModelTests
{
    [Fact]
    public void No_order_of_events_makes_two_guests_run_or_loses_one()
    {
        var (worlds, violations) = new SwitchoverModel(RecoveryRule.Decide).Explore();
        Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations.Values.SelectMany(way => way)));
        Assert.True(worlds > 500, $"{worlds}");
    }

    [Fact]
    public void No_order_of_events_does_with_an_arbiter_either()
    {
        var (worlds, violations) = new SwitchoverModel(RecoveryRule.Decide, arbitrates: true).Explore();
        Assert.True(violations.Count == 0, string.Join(Environment.NewLine, violations.Values.SelectMany(way => way)));
        Assert.True(worlds > 500, $"{worlds}");
    }

    [Fact]
    public void A_right_that_is_revoked_after_it_was_used_is_found_out()
        => AssertFound(new SwitchoverModel(RecoveryRule.Decide, arbitrates: true, revokesClaimed: true), "two guests run");

    [Fact]
    public void A_target_that_starts_by_itself_is_found_out()
        => AssertFound(new SwitchoverModel(RecoveryRule.Decide, autostarts: true), "two guests run");

    [Fact]
    public void A_source_that_goes_on_while_the_target_may_live_is_found_out()
        => AssertFound(new SwitchoverModel(RecoveryRule.Decide, provesDeath: false), "a ghost is left that anybody could resume");

    [Fact]
    public void A_failed_stream_that_is_taken_for_the_targets_death_is_found_out()
        => AssertFound(new SwitchoverModel(RecoveryRule.Decide, takesFailureForProof: true), "a ghost is left that anybody could resume");

    [Fact]
    public void A_source_that_is_ended_though_the_target_refused_is_found_out()
        => AssertFound(new SwitchoverModel(RecoveryRule.Decide, endsSourceUnseen: true), "no guest is left");

    [Fact]
    public void A_source_that_is_resumed_since_the_last_answer_was_lost_is_found_out()
        => AssertFound(
            new SwitchoverModel((stage, source, target) => target == TargetView.Unreachable && source == SourceView.Finished
                ? (RecoveryMove.Back, "the answer was lost")
                : RecoveryRule.Decide(stage, source, target), provesDeath: false),
            "the source's guest went on, though it had run on the target");

    [Fact]
    public void A_resume_beside_a_source_that_may_go_on_by_itself_is_found_out()
        => AssertFound(
            new SwitchoverModel((stage, source, target) => (source, target) == (SourceView.Paused, TargetView.Loaded) && stage >= JournalStage.Committing
                ? (RecoveryMove.Forward, "it has loaded")
                : RecoveryRule.Decide(stage, source, target)),
            "two guests run");

    [Fact]
    public void A_resume_without_the_source_that_was_not_seen_complete_is_found_out()
        => AssertFound(
            new SwitchoverModel((stage, source, target) => (source, target) == (SourceView.Unreachable, TargetView.Loaded) && stage >= JournalStage.Committing
                ? (RecoveryMove.Forward, "it has loaded")
                : RecoveryRule.Decide(stage, source, target)),
            "two guests run");

    [Fact]
    public void A_way_back_that_is_noted_while_the_resume_may_be_under_way_is_found_out()
        => AssertFound(new SwitchoverModel(RecoveryRule.Decide, notesItsWayBackFirst: true), "the source's guest went on, though it had run on the target");

    [Fact]
    public void A_run_on_the_target_that_is_seen_and_not_noted_is_found_out()
        => AssertFound(new SwitchoverModel(RecoveryRule.Decide, forgetsThatItRan: true), "the source's guest went on, though it had run on the target");

    private static void AssertFound(SwitchoverModel model, string violation)
    {
        Assert.Contains(violation, model.Explore().Violations.Keys);
    }
}
