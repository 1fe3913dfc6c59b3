using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Proxmox;

namespace Pve.Migration;

/// <summary>Between which nodes a <see cref="PveNodeSource"/> moves guests, and by what means.</summary>
public sealed record PveNodeSourceOptions
{
    /// <summary>The name of the node that the guest leaves: the one this runs on.</summary>
    public required string SourceNode { get; init; }

    /// <summary>The name of the node that the guest goes to.</summary>
    public required string TargetNode { get; init; }

    /// <summary>Where the cluster's configuration is mounted; <c>/etc/pve</c> unless set.</summary>
    public string ConfigRoot { get; init; } = "/etc/pve";

    /// <summary>The <c>qm</c> program; found by PATH unless set.</summary>
    public string QmPath { get; init; } = "qm";

    /// <summary>How long one <c>qm</c> may take; 60 seconds unless set.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock of all deadlines; the system's unless set.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; nowhere unless set.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        PveNames.ThrowIfNoNode(SourceNode, nameof(SourceNode));
        PveNames.ThrowIfNoNode(TargetNode, nameof(TargetNode));
        if (SourceNode == TargetNode)
        {
            throw new ArgumentException($"{nameof(SourceNode)} and {nameof(TargetNode)} are both '{SourceNode}'");
        }

        PveNames.ThrowIfNoDirectory(ConfigRoot, nameof(ConfigRoot));
        ArgumentException.ThrowIfNullOrEmpty(QmPath);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CommandTimeout, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }
}
