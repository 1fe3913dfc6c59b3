using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>What a target side has, and so can do.</summary>
internal sealed record TargetHostOptions
{
    /// <summary>Where its files lie.</summary>
    public required HostFolders Folders { get; init; }

    /// <summary>How a QEMU is started; null where none is.</summary>
    public QemuTemplate? Template { get; init; }

    /// <summary>What a migration may take, in MiB a second; null for no limit.</summary>
    public int? BandwidthMiB { get; init; }

    /// <summary>Where a guest is claimed before it is let run; null where nobody can revoke that.</summary>
    public IOwnershipHandover? Claims { get; init; }

    /// <summary>The program that makes disks.</summary>
    public string QemuImg { get; init; } = "qemu-img";

    /// <summary>How long a QEMU may take until its main loop answers.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(30);

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Told where a VM's monitor cannot be connected to ahead, which its resume then does by itself.</summary>
    public Action<string> OnNotConnected { get; init; } = static _ => { };

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
