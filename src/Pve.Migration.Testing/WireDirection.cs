namespace Pve.Migration.Testing;

/// <summary>Which way bytes travel, as the one sees it who holds the faulty end.</summary>
public enum WireDirection
{
    /// <summary>What is written here, and read by the peer.</summary>
    ToPeer,

    /// <summary>What the peer writes, and is read here.</summary>
    FromPeer,
}
