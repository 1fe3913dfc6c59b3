namespace Pve.Migration.Testing.Simulation;

/// <summary>What one stream has of a <see cref="SharedWire"/>.</summary>
internal sealed class WireFlow(SharedWire wire, Action changed)
{
    /// <summary>Bytes a second it would carry at most; infinite without a limit of its own.</summary>
    public double Wanted { get; set; }

    /// <summary>Bytes a second it carries.</summary>
    public double Rate { get; set; }

    public Action Changed => changed;

    public void Want(double bytesPerSecond) => wire.Share(this, bytesPerSecond);
}
