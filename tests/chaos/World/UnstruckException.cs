namespace Pve.Chaos.World;

/// <summary>Whoever was to be struck was gone: the run shows nothing.</summary>
internal sealed class UnstruckException() : Exception("Nobody was there to be struck.");
