namespace Pve.Qmp.Wire;

/// <summary>The version of QEMU since which an argument may be left out.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class QmpOptionalAttribute(string since) : Attribute
{
    public Version Since { get; } = new(since);
}
