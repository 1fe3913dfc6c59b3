namespace Pve.Migration;

/// <summary>What is spoken over a tunnel; decided once, by <see cref="MtunnelNegotiation"/>.</summary>
public enum MtunnelDialect
{
    /// <summary>Proxmox VE before 2017: <c>quit</c> only, and no replies.</summary>
    V0 = 0,

    /// <summary>Proxmox VE since 2017, over ssh: <c>resume</c> and <c>quit</c> as text lines, answered by <c>OK</c> or <c>ERR: …</c>.</summary>
    V1 = 1,

    /// <summary>
    /// One JSON object a line, with a command for each thing the source asks of the target: Proxmox VE's migration to another cluster, and
    /// this library's own peers, which say by <see cref="MtunnelClient.Capabilities"/> what they can beyond.
    /// </summary>
    V2 = 2,
}
