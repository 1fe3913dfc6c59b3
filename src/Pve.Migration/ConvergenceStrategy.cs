using Pve.Migration.Engine.Convergence;

namespace Pve.Migration;

/// <summary>What to do about a guest that dirties its RAM faster than it is copied.</summary>
public abstract class ConvergenceStrategy
{
    /// <summary>The longest downtime limit QEMU takes: 2,000 s.</summary>
    public static readonly TimeSpan MaxDowntimeLimit = TimeSpan.FromSeconds(2000);

    /// <summary>Proxmox VE's way: after more than five polls without progress the downtime limit doubles, up to <see cref="MaxDowntimeLimit"/>.</summary>
    public static ConvergenceStrategy ProxmoxDoubling { get; } = new ProxmoxDoubling();

    /// <summary>Nothing is done; a guest that does not converge is copied until the caller cancels.</summary>
    public static ConvergenceStrategy Wait { get; } = new WaitForConvergence();

    /// <summary>OpenStack Nova's way: the downtime limit rises with time alone, in equal steps, whether the copy converges or not.</summary>
    /// <param name="most">The last limit; Nova's default is 500 ms.</param>
    /// <param name="steps">How many steps there are, 1 to 1000; Nova's default is 10.</param>
    /// <param name="delay">How long a step takes for each GiB of RAM, of which at least 2 are counted; Nova's default is 75 s.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static ConvergenceStrategy NovaSteps(TimeSpan most, int steps, TimeSpan delay) => new NovaSteps(most, steps, delay);

    /// <summary>
    /// KubeVirt's way: whenever the passes over the RAM no longer leave less than those before, the downtime limit rises by a step. It goes by passes,
    /// not by time: a slow link is no stall.
    /// </summary>
    /// <param name="most">The last limit.</param>
    /// <param name="steps">In how many equal steps it is reached, 1 to 1000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static ConvergenceStrategy PassSteps(TimeSpan most, int steps = 7) => new PassSteps(most, steps);

    /// <summary>Whenever the passes over the RAM no longer leave less than those before, QEMU may hold the guest's CPUs back further (auto-converge).</summary>
    /// <param name="initial">By how much at first: 1 to 99 percent.</param>
    /// <param name="increment">By how much more each time: 1 to 99 percent.</param>
    /// <param name="most">By how much at most, from <paramref name="initial"/> to 99 percent.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static ConvergenceStrategy AutoConverge(int initial = 20, int increment = 10, int most = 99) => new AutoConverge(initial, increment, most);

    /// <summary>A copy that is not over in time lets the guest go ahead of its RAM; where post-copy is not possible it is given up.</summary>
    /// <param name="deadline">Since the copy began.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public static ConvergenceStrategy PostCopyAfter(TimeSpan deadline) => new PostCopyAfter(deadline);

    /// <summary>A copy that is not over in time is undone.</summary>
    /// <param name="deadline">Since the copy began.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public static ConvergenceStrategy GiveUpAfter(TimeSpan deadline) => new GiveUpAfter(deadline);

    /// <summary>Asks several in their order; the first that wants something done has it.</summary>
    public static ConvergenceStrategy FirstOf(params ReadOnlySpan<ConvergenceStrategy> strategies) => new FirstOf(strategies.ToArray());

    /// <summary>Whether it may decide to hold the guest's CPUs back, which QEMU must be made ready for.</summary>
    public virtual bool MayThrottle => false;

    /// <summary>Whether it may decide to start post-copy, which both QEMUs must be made ready for.</summary>
    public virtual bool MayStartPostCopy => false;

    /// <summary>What is to be done now. A function of the state alone, called after each poll while the guest runs.</summary>
    public abstract ConvergenceDecision Decide(ConvergenceState state);
}
