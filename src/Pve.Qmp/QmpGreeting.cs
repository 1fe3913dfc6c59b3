namespace Pve.Qmp;

/// <summary>What QEMU says of itself when a client connects.</summary>
/// <example>
/// <code>
/// QmpGreeting greeting = qemu.Greeting;
/// Console.WriteLine($"QEMU {greeting.Version.Qemu} offers {string.Join(", ", greeting.Capabilities)}");
/// </code>
/// </example>
public sealed record QmpGreeting
{
    /// <summary>QEMU's version.</summary>
    public required QmpVersionInfo Version { get; init; }

    /// <summary>The protocol's capabilities on offer, such as <c>oob</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];
}
