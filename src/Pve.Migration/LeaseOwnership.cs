using Pve.Migration.Ownership;

namespace Pve.Migration;

/// <summary>
/// A guest is the one's that its lease names: a file with the owner and a fencing token, which grows with each handover. Whoever starts the
/// guest, or lets its host write, compares: a smaller token than was seen already is a former owner's.
/// </summary>
/// <remarks>
/// The lease does not expire, so no clock is trusted. The next one is written through to the disk before the pause, and becomes the lease by
/// one rename. All state is in the files, so that another process can take up what one that crashed has left.
/// </remarks>
public sealed class LeaseOwnership : IOwnershipHandover
{
    private readonly LeaseOwnershipOptions _options;

    /// <summary>Creates the handover.</summary>
    /// <exception cref="ArgumentException">The folder or a name is missing, or both names are the same.</exception>
    public LeaseOwnership(LeaseOwnershipOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>Who owns the guest; null where nobody has ever.</summary>
    /// <exception cref="OwnershipException">The lease cannot be read.</exception>
    public Task<OwnershipLease?> ReadAsync(int vmId, CancellationToken cancellationToken = default)
        => Task.Run(() => new LeaseFile(_options.Folder, vmId).Read(), cancellationToken);

    /// <summary>Gives the source a guest that nobody has owned, and writes the target's lease beside the source's.</summary>
    /// <exception cref="OwnershipException">Somebody else owns the guest, or the lease cannot be written.</exception>
    public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => ChangeAsync(vmId, file =>
    {
        var lease = file.Read();
        if (lease is null)
        {
            lease = new OwnershipLease(vmId, _options.Source, 1);
            file.WriteNext(lease);
            file.Advance();
        }

        if (lease.Owner != _options.Source)
        {
            throw Contradiction(lease);
        }

        file.WriteNext(Next(lease, _options.Target));
    }, cancellationToken);

    /// <summary>Makes the target the owner, unless it is.</summary>
    /// <exception cref="OwnershipException">Somebody else owns the guest, or nothing was prepared.</exception>
    public Task CommitAsync(int vmId, CancellationToken cancellationToken) => ChangeAsync(vmId, file =>
    {
        var lease = Existing(vmId, file);
        if (lease.Owner == _options.Target)
        {
            return;
        }

        if (file.ReadNext() != Next(lease, _options.Target))
        {
            throw lease.Owner == _options.Source
                ? new OwnershipException($"The handover of VM {vmId} to {_options.Target} was not prepared.")
                : Contradiction(lease);
        }

        file.Advance();
    }, cancellationToken);

    /// <summary>Makes the source the owner, unless it is, with a token of its own; what was prepared is forgotten.</summary>
    /// <exception cref="OwnershipException">Somebody else owns the guest, or the lease cannot be written.</exception>
    public Task RevertAsync(int vmId, CancellationToken cancellationToken) => ChangeAsync(vmId, Revert, cancellationToken);

    /// <summary>Notes, through to the disk, that the target uses its token, unless it has already.</summary>
    /// <exception cref="OwnershipException">The guest is not the target's, or it cannot be noted.</exception>
    public Task ClaimAsync(int vmId, CancellationToken cancellationToken) => ChangeAsync(vmId, file =>
    {
        var lease = Existing(vmId, file);
        if (lease.Owner != _options.Target)
        {
            throw new OwnershipException(
                $"VM {vmId} is owned by {lease.Owner} (token {lease.Token}): {_options.Target} may not run it.", "Find out where the guest runs.");
        }

        file.WriteClaim(lease);
    }, cancellationToken);

    /// <summary>Gives the guest to the source with a token of its own, unless the target has claimed its.</summary>
    /// <exception cref="OwnershipException">Somebody else owns the guest, or the lease cannot be written.</exception>
    public async Task<bool> TryRevokeAsync(int vmId, CancellationToken cancellationToken)
    {
        var isRevoked = true;
        await ChangeAsync(vmId, file =>
        {
            var lease = Existing(vmId, file);
            if (lease.Owner == _options.Target)
            {
                isRevoked = file.ReadClaim() != lease;
            }

            if (isRevoked)
            {
                Revert(file);
            }
        }, cancellationToken).ConfigureAwait(false);
        return isRevoked;
    }

    private void Revert(LeaseFile file)
    {
        var lease = file.Read();
        if (lease?.Owner == _options.Target)
        {
            file.WriteNext(Next(lease, _options.Source));
            file.Advance();
        }
        else if (lease is null || lease.Owner == _options.Source)
        {
            file.DropNext();
        }
        else
        {
            throw Contradiction(lease);
        }
    }

    private static OwnershipLease Next(OwnershipLease lease, string owner) => lease with { Owner = owner, Token = lease.Token + 1 };

    private static OwnershipLease Existing(int vmId, LeaseFile file)
        => file.Read() ?? throw new OwnershipException($"VM {vmId} has no lease.", "Prepare the handover first.");

    private OwnershipException Contradiction(OwnershipLease lease)
        => new(
            $"VM {lease.VmId} is owned by {lease.Owner} (token {lease.Token}), not by {_options.Source}.",
            lease.Owner == _options.Target ? "If the guest does not run there, give it back with RevertAsync." : "Find out where the guest runs.");

    // Elsewhere: a file system on the network may keep whoever asks it.
    private Task ChangeAsync(int vmId, Action<LeaseFile> change, CancellationToken cancellationToken) => Task.Run(() =>
    {
        var file = new LeaseFile(_options.Folder, vmId);
        using var held = file.Hold();
        change(file);
    }, cancellationToken);
}
