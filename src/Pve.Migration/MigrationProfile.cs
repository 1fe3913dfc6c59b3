namespace Pve.Migration;

/// <summary>How a migration is run: the same steps, composed in different ways.</summary>
public sealed record MigrationProfile
{
    /// <summary>Ours: events, the tunnel closed after the resume, replication state only for what is replicated.</summary>
    public static MigrationProfile Default { get; } = new();

    /// <summary>A Proxmox VE source before its 2017 series: slow polls, the tunnel closed before the resume, replication state always sent.</summary>
    public static MigrationProfile Pve2017Before { get; } = new()
    {
        Polling = PollingStrategy.Pve2017Before,
        ClosesTunnelBeforeResume = true,
        AlwaysSendsReplicationState = true,
    };

    /// <summary>A Proxmox VE source since its 2017 series: quicker polls, the tunnel closed after the resume.</summary>
    public static MigrationProfile Pve2017 { get; } = new() { Polling = PollingStrategy.Pve2017 };

    /// <summary>When <c>query-migrate</c> is asked; event driven unless set.</summary>
    public PollingStrategy Polling { get; init; } = PollingStrategy.EventDriven;

    /// <summary>What is done where the copy does not converge; Proxmox VE's doubling unless set.</summary>
    public ConvergenceStrategy Convergence { get; init; } = ConvergenceStrategy.ProxmoxDoubling;

    /// <summary>Whether the tunnel is closed inside the pause, as Proxmox VE did before 2017; off unless set.</summary>
    public bool ClosesTunnelBeforeResume { get; init; }

    /// <summary>Whether replication state is sent even where nothing is replicated, as Proxmox VE did before 2017; off unless set.</summary>
    public bool AlwaysSendsReplicationState { get; init; }
}
