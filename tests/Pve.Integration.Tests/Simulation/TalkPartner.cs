using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>A VM and what it has said by itself; a conversation that makes it say more than a thousand things has run away.</summary>
internal sealed class TalkPartner(ITalkVm vm, string directory, IReadOnlyList<(string Name, string[] Conditions)> ignored) : IDisposable
{
    private const int Most = 1000;

    // But the offset: how far it was when it was cancelled depends on the machine (16 to 20 MiB of zeros at once, measured on QEMU 7.2).
    private static readonly string[] CancelledMembers = ["device", "len", "speed", "type"];

    private readonly QmpEventSubscription _events = vm.Client.Subscribe();

    public ITalkVm Vm { get; } = vm;

    public List<string> Said { get; } = [];

    public async Task HearAsync(string name, string[] conditions, CancellationToken cancellationToken)
    {
        while (true)
        {
            var heard = await _events.ReadAsync(cancellationToken);
            Note(heard);
            if (Fits(heard, name, conditions))
            {
                return;
            }
        }
    }

    /// <summary>Takes what it has said by now: events come before the answer to what is asked after them.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            Task heardAll = Vm.Exited.IsCompleted ? Vm.Client.Ended : Vm.Client.ExecuteAsync("query-status", cancellationToken: cancellationToken);
            await heardAll;
        }
        catch (QmpException)
        {
            // it is gone, and what it said is here
        }

        while (_events.TryRead(out var heard))
        {
            Note(heard);
        }
    }

    public void Dispose() => _events.Dispose();

    private void Note(QmpEvent heard)
    {
        if (ignored.Any(some => Fits(heard, some.Name, some.Conditions)))
        {
            return;
        }

        var said = $"{heard.Name} {TalkText.Sorted(heard.Data, heard.Name == "BLOCK_JOB_CANCELLED" ? CancelledMembers : null)}".Replace(directory, "$D", StringComparison.Ordinal);
        if (Said.Count > 0 && IsRest(Said[^1], said))
        {
            Said.RemoveAt(Said.Count - 1);
        }
        else
        {
            Said.Add(said);
            if (Said.Count > Most)
            {
                throw new InvalidOperationException("It does not stop talking.");
            }
        }
    }

    // A job that copies rests whenever QEMU drains its block layer, and tells so only where it was just at work: paused, and at once running again.
    private static bool IsRest(string before, string now)
        => before.StartsWith("JOB_STATUS_CHANGE ", StringComparison.Ordinal) && before.EndsWith("status:\"paused\"}", StringComparison.Ordinal)
            && now == before.Replace("\"paused\"", "\"running\"", StringComparison.Ordinal);

    private static bool Fits(QmpEvent heard, string name, string[] conditions)
        => heard.Name == name && Array.TrueForAll(conditions, condition => TalkText.Has(heard.Data, condition));
}
