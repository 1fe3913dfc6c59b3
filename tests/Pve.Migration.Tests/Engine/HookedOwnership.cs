namespace Pve.Migration.Tests.Engine;

/// <summary>Notes what is asked of it, and does something in front of it.</summary>
internal sealed class HookedOwnership : IOwnershipHandover
{
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public List<string> Calls { get; } = [];

    public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => CalledAsync("prepare ownership");

    public Task CommitAsync(int vmId, CancellationToken cancellationToken) => CalledAsync("hand over ownership");

    public Task RevertAsync(int vmId, CancellationToken cancellationToken) => CalledAsync("revert ownership");

    private Task CalledAsync(string call)
    {
        Calls.Add(call);
        return Before(call);
    }
}
