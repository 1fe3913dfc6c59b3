using System.Collections.Concurrent;

namespace Pve.Qmp.Schema;

/// <summary>A client's schema: asked for once, whoever waits for it, and shared with the clients of the same build.</summary>
internal sealed class SchemaSource(QmpVersionInfo version, Func<Task<IReadOnlyList<CommandName>>> askCommands, Func<Task<QmpSchema>> askSchema)
{
    private static readonly ConcurrentDictionary<Build, QmpSchema> Known = new();

    private readonly Lock _lock = new();
    private Task<QmpSchema>? _ask;

    /// <summary>Cancelling stops the caller's wait alone. An ask that failed is forgotten by the next caller.</summary>
    public Task<QmpSchema> GetAsync(CancellationToken cancellationToken)
    {
        Task<QmpSchema> ask;
        lock (_lock)
        {
            if (_ask is null or { IsCompleted: true, IsCompletedSuccessfully: false })
            {
                _ask = Task.Run(AskAsync, CancellationToken.None);
                _ = ObserveAsync(_ask);
            }

            ask = _ask;
        }

        return ask.WaitAsync(cancellationToken);
    }

    // A package holds several programs that all greet alike, but qemu-storage-daemon and the microvm's QEMU have other commands. Names are
    // answered in under a millisecond, the schema in 20 to 30.
    private async Task<QmpSchema> AskAsync()
    {
        if (version.Package.Length == 0)
        {
            return await askSchema().ConfigureAwait(false);
        }

        var commands = await askCommands().ConfigureAwait(false);
        var build = new Build(version, string.Join('\n', commands.Select(command => command.Name).Order(StringComparer.Ordinal)));
        return Known.TryGetValue(build, out var known) ? known : Known.GetOrAdd(build, await askSchema().ConfigureAwait(false));
    }

    // Where every caller went away, its failure is nobody's.
    private static async Task ObserveAsync(Task ask)
    {
        try
        {
            await ask.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // told to those who wait
        }
    }

    private readonly record struct Build(QmpVersionInfo Version, string Commands);
}
