namespace Pve.Qmp;

/// <summary>What QEMU says of itself when a client connects.</summary>
public sealed record QmpGreeting
{
    /// <summary>QEMU's version.</summary>
    public required QmpVersionInfo Version { get; init; }

    /// <summary>The protocol's capabilities on offer, such as <c>oob</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];
}
