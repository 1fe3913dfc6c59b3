namespace Pve.Migration.Tests.Engine;

/// <summary>Notes what is asked of it, and does something in front of it.</summary>
internal sealed class HookedOwnership : IOwnershipHandover
{
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public List<string> Calls { get; } = [];

    /// <summary>Whether the target has it.</summary>
    public bool IsHandedOver { get; private set; }

    /// <summary>How many guests run, for a look at the moment when the target's ownership is taken back.</summary>
    public Func<int> Running { get; set; } = () => 0;

    /// <summary>How many ran then: the source's guest goes on once it is its own again, not before.</summary>
    public int RanWhenReverted { get; private set; }

    /// <summary>Whether something was prepared, and not taken back.</summary>
    public bool IsPrepared { get; private set; }

    public async Task PrepareAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("prepare ownership");
        IsPrepared = true;
    }

    public async Task CommitAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("hand over ownership");
        IsHandedOver = true;
    }

    public async Task RevertAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("revert ownership");
        RanWhenReverted = IsHandedOver ? Running() : RanWhenReverted;
        IsHandedOver = IsPrepared = false;
    }

    private Task CalledAsync(string call)
    {
        Calls.Add(call);
        return Before(call);
    }
}
