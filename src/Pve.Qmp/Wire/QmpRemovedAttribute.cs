namespace Pve.Qmp.Wire;

/// <summary>The first version of QEMU without a command, event, member or name. What does not say is in 10.0 still.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class QmpRemovedAttribute(string version) : Attribute
{
    public Version Version { get; } = new(version);
}
