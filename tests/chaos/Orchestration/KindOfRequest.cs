using Pve.Chaos.Scenarios;
using Pve.Migration;

namespace Pve.Chaos.Orchestration;

/// <summary>What makes a request one of a kind.</summary>
internal static class KindOfRequest
{
    // It lets the guest go ahead in any case: nothing of it may have come when it does.
    public static MigrationProfile ProfileOf(Kind kind) => kind == Kind.PostCopy
        ? MigrationProfile.Default with { Convergence = ConvergenceStrategy.PostCopyAfter(TimeSpan.FromMilliseconds(1)) }
        : MigrationProfile.Default;

    public static MigrationRequest As(this MigrationRequest request, Assignment assignment, SwitchoverWatchdog? watchdog) => assignment.Kind switch
    {
        Kind.Tls => request with { Transfer = new TransferPolicy { Tls = MigrationTls.Psk(assignment.TlsSource!, assignment.TlsTarget!) } },
        Kind.Replica => request with { Disks = [.. request.Disks.Select(disk => disk with { Bitmap = Assignment.Bitmap })] },
        Kind.Watchdog => request with { Watchdog = watchdog },
        Kind.EndsSource => request with { EndsSource = true },
        _ => request,
    };
}
