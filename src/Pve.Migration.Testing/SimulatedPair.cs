namespace Pve.Migration.Testing;

/// <summary>Two hosts, a link, and one guest that shall get across: the source runs, the target waits with <c>-incoming defer -S</c>.</summary>
public sealed class SimulatedPair : IAsyncDisposable
{
    private readonly SimulatedQemuOptions _target;

    /// <summary>Starts both sides.</summary>
    /// <param name="link">The link; its <see cref="SimulatedLinkOptions.TimeProvider"/> is the clock of all.</param>
    /// <param name="guest">The guest and the source's host; <see cref="SimulatedQemuOptions.Incoming"/> and <see cref="SimulatedQemuOptions.StartPaused"/> are as told.</param>
    /// <param name="target">The target's host, where it differs: the guest's options with a target's <c>-incoming defer -S</c> unless given.</param>
    public SimulatedPair(SimulatedLinkOptions? link = null, SimulatedQemuOptions? guest = null, SimulatedQemuOptions? target = null)
    {
        guest ??= new SimulatedQemuOptions();
        _target = target ?? guest with { Name = "target", Host = null, Incoming = true, StartPaused = true };
        Link = new SimulatedLink(link);
        Source = new SimulatedQemu(Link, guest with { Name = "source" });
        Target = new SimulatedQemu(Link, _target);
    }

    /// <summary>The link.</summary>
    public SimulatedLink Link { get; }

    /// <summary>The QEMU the guest comes from.</summary>
    public SimulatedQemu Source { get; }

    /// <summary>The QEMU the guest goes to.</summary>
    public SimulatedQemu Target { get; private set; }

    /// <summary>When which guest ran.</summary>
    public IReadOnlyList<GuestRun> Runs => Link.Runs;

    /// <summary>How many guests run now: one, or the pair has lost or doubled its guest, or is in the middle of the pause.</summary>
    public int RunningNow => Runs.Count(run => run.Ended is null);

    /// <summary>Whether two guests ever ran at the same time, which must never be.</summary>
    public bool EverTwoRan
    {
        get
        {
            var runs = Runs;
            return runs.Any(one => runs.Any(other
                => !ReferenceEquals(one, other) && one.Began <= other.Began && (one.Ended is not { } ended || other.Began < ended)));
        }
    }

    /// <summary>Kills the target and starts a fresh one in its place, for another attempt.</summary>
    public SimulatedQemu RestartTarget()
    {
        Target.Kill();
        return Target = new SimulatedQemu(Link, _target);
    }

    /// <summary>Ends both sides.</summary>
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync().ConfigureAwait(false);
        await Target.DisposeAsync().ConfigureAwait(false);
    }
}
