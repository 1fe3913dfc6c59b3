namespace QmpShell;

/// <summary>What the program ends with.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>QEMU refused, did not answer in time, or the events did not come.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense, or there is no connection.</summary>
    public const int NoUse = 2;

    /// <summary>Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
