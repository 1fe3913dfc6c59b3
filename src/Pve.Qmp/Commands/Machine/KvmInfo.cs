namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-kvm</c>.</summary>
/// <example>
/// <code>
/// KvmInfo kvm = await qemu.ExecuteAsync(QmpCommands.QueryKvm, cancellationToken: cancellationToken);
/// bool emulated = !kvm.Enabled;
/// </code>
/// </example>
public sealed record KvmInfo : QmpObject
{
    /// <summary>Whether the guest runs under KVM.</summary>
    public bool Enabled { get; init; }

    /// <summary>Whether this QEMU was built with KVM.</summary>
    public bool Present { get; init; }
}
