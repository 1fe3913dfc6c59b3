using Pve.Qmp;

namespace Pve.Migration;

/// <summary>What the source asks of the other side. Over a tunnel, over one ssh a command, or locally.</summary>
public interface IMigrationTarget : IAsyncDisposable
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>How it is talked to, for reports: such as <c>v1</c> for a tunnel; null while that is not settled, or where there is no tunnel.</summary>
    string? Dialect { get; }

    /// <summary>The migration URI that the source's QEMU will connect to, for what is checked before; null while that is not known.</summary>
    string? ConnectUri => null;

    /// <summary>Completes with the reason when the way there is lost for good, so that a migration can stop before it pauses the guest.</summary>
    Task<string> Lost { get; }

    /// <summary>
    /// Whether whatever lets the guest run there claims it first (<see cref="IOwnershipHandover.ClaimAsync"/>), each way it can be told to. Then a target that cannot
    /// be asked, or proven dead, loses that right, and the source has its guest back. It may become true once the other side has said so, and stays it.
    /// </summary>
    bool ClaimsOwnership => false;

    /// <summary>Opens the way there.</summary>
    /// <returns>The target QEMU's monitor, or null where it is out of reach; it stays the target's.</returns>
    /// <exception cref="MigrationTargetException">It cannot be reached.</exception>
    Task<QmpClient?> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Tries the way there for a dry run: nothing is changed there, and nothing stays open. By default it is opened and closed.</summary>
    /// <returns>As <see cref="OpenAsync"/>.</returns>
    /// <exception cref="MigrationTargetException">It cannot be reached, or something there is in the way.</exception>
    async Task<QmpClient?> ProbeAsync(int vmId, CancellationToken cancellationToken)
    {
        var monitor = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await CloseAsync(cancellationToken).ConfigureAwait(false);
        return monitor;
    }

    /// <summary>What the clock of the target's host says, for a dry run; null where the way there cannot read it.</summary>
    /// <exception cref="MigrationTargetException">It cannot be reached.</exception>
    Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken) => Task.FromResult<DateTimeOffset?>(null);

    /// <summary>How many bytes are free where the target's QEMU keeps the image <paramref name="path"/>; null where that cannot be told.</summary>
    Task<long?> ReadFreeBytesAsync(string path, CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    /// <summary>Opens the way to what an earlier process, which has crashed, may have started there; its QEMU may be in any state.</summary>
    /// <returns>As <see cref="OpenAsync"/>.</returns>
    /// <exception cref="MigrationTargetException">It cannot be reached.</exception>
    /// <exception cref="NotSupportedException">Its end could not be proven by this object, which did not start it.</exception>
    Task<QmpClient?> TakeUpAsync(int vmId, CancellationToken cancellationToken)
        => throw new NotSupportedException($"The target {Name} cannot be taken up by another process than the one that started it.");

    /// <summary>Makes the target's QEMU listen.</summary>
    /// <returns>The migration URI that the source's QEMU connects to.</returns>
    /// <exception cref="MigrationTargetException">It refused.</exception>
    Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken);

    /// <summary>Makes the target's QEMU listen again: its guest went ahead of its RAM, and the connection to the rest of it is lost.</summary>
    /// <returns>The migration URI that the source's QEMU connects to.</returns>
    /// <exception cref="MigrationTargetException">It refused, and may not the next time.</exception>
    /// <exception cref="NotSupportedException">It can never be told to.</exception>
    Task<string> ListenAgainAsync(int vmId, CancellationToken cancellationToken)
        => throw new NotSupportedException($"The target {Name} cannot be made to listen again.");

    /// <summary>Makes the target's QEMU offer its disks to be written.</summary>
    /// <param name="vmId">The guest's number.</param>
    /// <param name="disks">Which.</param>
    /// <param name="tls">What its QEMU encrypts them with; null for not at all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where the source's QEMU reaches each, in the order of <paramref name="disks"/>.</returns>
    /// <exception cref="MigrationTargetException">It refused, or has none.</exception>
    Task<IReadOnlyList<DiskExport>> ExportDisksAsync(int vmId, IReadOnlyList<MigrationDisk> disks, ExportTls? tls, CancellationToken cancellationToken)
        => throw new MigrationTargetException($"The target {Name} offers no disks to be written.", "Leave the disks out if both sides share them.");

    /// <summary>Withdraws that, inside the pause: afterwards the guest has its disks for itself.</summary>
    /// <exception cref="MigrationTargetException">It refused, or did not answer.</exception>
    Task StopExportsAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Proves, before the guest is paused, that what the pause needs is alive, and settles how it is asked.</summary>
    /// <exception cref="MigrationTargetException">Something is not.</exception>
    Task MakeReadyAsync(int vmId, CancellationToken cancellationToken);

    /// <summary>
    /// Told as the copy begins, and once more when the guest was paused, while QEMU sends the last of it: lets the other side make ready what the resume goes through, and
    /// waits for nothing.
    /// </summary>
    Task WakeAsync() => Task.CompletedTask;

    /// <summary>Tells the target which volumes are replicated.</summary>
    /// <exception cref="MigrationTargetException">It refused, or did not answer.</exception>
    Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken);

    /// <summary>Lets the guest run on the target. This is the commit point.</summary>
    /// <returns>What the target answered; no answer is <see cref="ResumeAnswer.Unknown"/>, never a refusal.</returns>
    Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken);

    /// <summary>Whether the guest runs on the target, asked where its monitor is out of reach and its answer to the resume is no proof.</summary>
    /// <returns>False only where the guest surely does not run, and has not run, there; null where that cannot be told.</returns>
    Task<bool?> IsRunningAsync(int vmId, CancellationToken cancellationToken) => Task.FromResult<bool?>(null);

    /// <summary>Releases the target's lock on the guest, after it runs there.</summary>
    /// <exception cref="MigrationTargetException">It refused, or did not answer.</exception>
    Task UnlockAsync(int vmId, CancellationToken cancellationToken);

    /// <summary>Closes the tunnel; commands that need one open it no more.</summary>
    Task CloseAsync(CancellationToken cancellationToken);

    /// <summary>Ends the target's QEMU. It returns only when the process is proven gone, and may be called again.</summary>
    /// <exception cref="MigrationTargetException">It could not be proven.</exception>
    Task DestroyAsync(int vmId, CancellationToken cancellationToken);
}
