using Pve.Migration.Testing;

namespace Pve.Integration.Tests.Simulation;

/// <summary>The same conversations with real QEMUs and with simulated ones. Where they differ the simulation is wrong.</summary>
[Collection(nameof(VirtualTimeTests))]
public sealed class ConversationTests(RealConversations real) : IClassFixture<RealConversations>
{
    public static IEnumerable<TheoryDataRow<string>> Names => RealConversations.Names.Select(name => new TheoryDataRow<string>(name));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_simulation_answers_as_qemu_does(string name)
    {
        var said = await real.SaidIn(name);
        var time = new VirtualTime();
        var simulated = await time.RunAsync(async () =>
        {
            await using var world = new SimulatedTalkWorld(time, Cancellation);
            return await Conversation.HoldAsync(world, RealConversations.LinesOf(name), Cancellation);
        }, Cancellation);
        Assert.DoesNotContain("did not come about", said, StringComparison.Ordinal);
        Assert.Equal(said, simulated);
    }
}
