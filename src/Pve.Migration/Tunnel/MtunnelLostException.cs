namespace Pve.Migration.Tunnel;

// From a fault to the exchange that awaits an answer; never leaves this folder.
#pragma warning disable CA1064 // it is caught one call up
internal sealed class MtunnelLostException(string message) : Exception(message);
#pragma warning restore CA1064
