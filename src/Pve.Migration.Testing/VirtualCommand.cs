namespace Pve.Migration.Testing;

/// <summary>A command that ran on a host of a <see cref="VirtualCluster"/>, over an ssh of its own.</summary>
/// <param name="Line">The command.</param>
/// <param name="Began">When the ssh was started, since the cluster was made.</param>
/// <param name="Took">How long it took, connecting included.</param>
public sealed record VirtualCommand(string Line, TimeSpan Began, TimeSpan Took);
