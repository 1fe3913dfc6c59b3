namespace Pve.Migration.Transports;

// The peer of a multiplexed connection did what none of ours does: the connection ends, and this is why.
internal sealed class MultiplexingViolationException(string message) : IOException(message);
