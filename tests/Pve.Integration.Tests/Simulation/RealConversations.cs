namespace Pve.Integration.Tests.Simulation;

/// <summary>All conversations with real QEMUs, some at a time, before the first is compared: they mostly wait, and virtual time wants to be alone.</summary>
public sealed class RealConversations : IAsyncLifetime
{
    private const int AtATime = 4;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Simulation", "Conversations");

    private readonly Dictionary<string, Task<string>> _said = new(StringComparer.Ordinal);

    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    public static string[] LinesOf(string name) => File.ReadAllLines(Path.Combine(Folder, name + ".txt"));

    /// <summary>What was said, or why there was no conversation.</summary>
    public Task<string> SaidIn(string name) => _said[name];

    public async ValueTask InitializeAsync()
    {
        using var places = new SemaphoreSlim(AtATime);
        foreach (var name in Names)
        {
            _said.Add(name, HoldAsync(name, places));
        }

        Task all = Task.WhenAll(_said.Values);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<string> HoldAsync(string name, SemaphoreSlim places)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await places.WaitAsync(cancellation);
        try
        {
            await using var world = new RealTalkWorld(cancellation);
            return await Conversation.HoldAsync(world, LinesOf(name), cancellation);
        }
        finally
        {
            places.Release();
        }
    }
}
