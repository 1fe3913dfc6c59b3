namespace Pve.Chaos.Orchestration;

/// <summary>Says on standard output when one moment has come, once, and may wait there until it is told to go on.</summary>
internal sealed class Announcer(string? moment, bool waits)
{
    private int _announced;

    public async Task ReachAsync(string? at)
    {
        if (moment is null || at != moment || Interlocked.Exchange(ref _announced, 1) == 1)
        {
            return;
        }

        await Console.Out.WriteLineAsync(Orchestrator.AtTheMoment);
        if (waits)
        {
            await Console.In.ReadLineAsync(CancellationToken.None);
        }
    }
}
