using Pve.Qmp;
using QmpShell.Language;
using QmpShell.Output;

namespace QmpShell;

/// <summary>A failure in one line, and the exit code that goes with it.</summary>
internal static class Complaint
{
    public static string Of(Exception e) => PlainText.OneLine(e is LineException ? $"{e.Message}." : e.Message);

    public static int ExitCodeOf(Exception e) => e is QmpException { ConnectionUsable: true } ? ExitCode.Failed : ExitCode.NoUse;

    public static Task<int> SayAsync(TextWriter error, Exception e) => SayAsync(error, Of(e), ExitCodeOf(e));

    public static async Task<int> SayAsync(TextWriter error, string problem, int exitCode)
    {
        await error.WriteLineAsync($"qmpshell: {problem}");
        return exitCode;
    }
}
