namespace Pve.Migration.Testing;

/// <summary>QEMU did not start; whatever was begun has been ended and removed.</summary>
public sealed class QemuStartException : Exception
{
    internal QemuStartException(string message, int? exitCode, string standardError, Exception? inner = null)
        : base(standardError.Length == 0 ? message : $"{message} It said: {standardError.TrimEnd()}", inner)
    {
        ExitCode = exitCode;
        StandardError = standardError;
    }

    /// <summary>QEMU's exit code; null if it ran but did not answer, or could not be executed at all.</summary>
    public int? ExitCode { get; }

    /// <summary>What QEMU wrote on its standard error.</summary>
    public string StandardError { get; }
}
