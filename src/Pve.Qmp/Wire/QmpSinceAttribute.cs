namespace Pve.Qmp.Wire;

/// <summary>The version of QEMU that brought a command, event, member or name. What does not say is in 7.2 already.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class QmpSinceAttribute(string version) : Attribute
{
    public Version Version { get; } = new(version);
}
