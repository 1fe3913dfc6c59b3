namespace Pve.Migration;

/// <summary>Which objects of the target's QEMU its NBD server takes its TLS from.</summary>
/// <param name="Credentials">The id of the credentials.</param>
/// <param name="Authorization">The id of what decides which clients may connect; null for all.</param>
public sealed record ExportTls(string Credentials, string? Authorization);
