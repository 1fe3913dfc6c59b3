using System.IO.Pipelines;

namespace Pve.Migration;

/// <summary>A live connection to the other end of a migration tunnel. Disposing it ends the carrier; it never takes longer than its stated graces.</summary>
public interface IMtunnelConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>
    /// Completes, and never faults, when the carrier is gone; the result says why, in one line for a human.
    /// Where the carrier's end is the cause, it is complete before <see cref="IDuplexPipe.Input"/> ends.
    /// </summary>
    Task<string> Ended { get; }
}
