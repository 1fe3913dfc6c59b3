using Pve.Migration.Testing;

namespace Pve.Integration.Tests.Simulation;

/// <summary>The same conversations with real QEMUs and with simulated ones. Where they differ the simulation is wrong.</summary>
[Collection(nameof(SimulatedQemuFidelityTests))]
public sealed class ConversationTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Simulation", "Conversations");

    public static IEnumerable<TheoryDataRow<string>> Names
        => Directory.GetFiles(Folder, "*.txt").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).Select(name => new TheoryDataRow<string>(name!));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_simulation_answers_as_qemu_does(string name)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Folder, name + ".txt"), Cancellation);
        await using var world = new RealTalkWorld(Cancellation);
        var real = await Conversation.HoldAsync(world, lines, Cancellation);
        var time = new VirtualTime();
        var simulated = await time.RunAsync(async () =>
        {
            await using var world = new SimulatedTalkWorld(time, Cancellation);
            return await Conversation.HoldAsync(world, lines, Cancellation);
        }, Cancellation);
        Assert.DoesNotContain("did not come about", real, StringComparison.Ordinal);
        Assert.Equal(real, simulated);
    }
}
