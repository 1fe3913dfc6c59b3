namespace Pve.Migration.Testing;

public sealed class SerialHeartbeat;
