namespace Pve.Qmp.Commands;

/// <summary>An address QEMU listens on (QAPI SocketAddress).</summary>
public sealed record SocketAddress
{
    /// <summary><c>inet</c>, <c>unix</c>, <c>vsock</c> or <c>fd</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>The host of <c>inet</c>.</summary>
    public string? Host { get; init; }

    /// <summary>The port of <c>inet</c>.</summary>
    public string? Port { get; init; }

    /// <summary>The path of <c>unix</c>.</summary>
    public string? Path { get; init; }
}
