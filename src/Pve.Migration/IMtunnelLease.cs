namespace Pve.Migration;

/// <summary>One tunnel's part in a VM. Disposing it leaves without consequences, as after <c>quit</c>; a second end does nothing.</summary>
public interface IMtunnelLease : IAsyncDisposable
{
    /// <summary>Leaves; and where no other tunnel is there, nor comes within a time, carries out an act, during which nobody can join.</summary>
    /// <param name="after">How long it is waited for another tunnel.</param>
    /// <param name="act">What is to be done then.</param>
    /// <param name="time">The clock of the wait.</param>
    /// <param name="cancellationToken">Ends the wait; the tunnel has left all the same.</param>
    /// <returns>False, and nothing was done, where another tunnel has the VM: at once where one is there, and as soon as one comes.</returns>
    /// <exception cref="IOException">It cannot be looked up.</exception>
    Task<bool> EndAsync(TimeSpan after, Func<Task> act, TimeProvider time, CancellationToken cancellationToken = default);
}
