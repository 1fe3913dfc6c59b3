namespace Pve.Migration;

/// <summary>Who owns a guest, and since which handover.</summary>
/// <param name="VmId">The guest.</param>
/// <param name="Owner">The owner's name.</param>
/// <param name="Token">
/// The fencing token: it grows by one with each change of the owner and never shrinks, so that whoever comes with a smaller one than was
/// seen already is a former owner.
/// </param>
public sealed record OwnershipLease(int VmId, string Owner, long Token);
