namespace Pve.Migration.Testing;

public sealed class GuestMemory;
