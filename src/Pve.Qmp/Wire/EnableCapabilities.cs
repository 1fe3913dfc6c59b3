namespace Pve.Qmp.Wire;

/// <summary>The arguments of <c>qmp_capabilities</c>.</summary>
internal sealed record EnableCapabilities
{
    public required IReadOnlyList<string> Enable { get; init; }
}
