namespace DowntimeLab;

/// <summary>What was asked for could not be measured; the message says what to do.</summary>
internal sealed class LabException(string message, int exitCode = 1) : Exception(message)
{
    /// <summary>2 where something is missing, 1 where a migration went wrong.</summary>
    public int ExitCode { get; } = exitCode;
}
