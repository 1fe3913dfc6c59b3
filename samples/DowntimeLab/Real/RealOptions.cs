namespace DowntimeLab.Real;

/// <summary>What <c>run</c> is told beyond the matrix.</summary>
internal sealed record RealOptions
{
    /// <summary>What the veth carries, in Mbit/s.</summary>
    public int Megabits { get; init; } = 1000;

    /// <summary>How much of each GiB of RAM the guest has written to, in MiB; the rest is zero, and travels as a note that it is.</summary>
    public int TouchedMiB { get; init; } = 4;

    /// <summary>A stand-in for the start of Perl, in milliseconds, in each command of the old way.</summary>
    public int CommandCostMs { get; init; }

    public string? Qemu { get; init; }

    public string? Mtunnel { get; init; }
}
