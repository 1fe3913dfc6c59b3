using System.ComponentModel;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Proxmox;

// A program on this host, without a shell: its code, and the last of what it complained of.
internal static class LocalCommand
{
    private const int MaxQuoted = 500;
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TerminateGrace = TimeSpan.FromMilliseconds(500);

    // The code is null where it did not end in time: then it was ended, and what it did is unknown. What cannot be started ended with 127.
    public static async Task<(int? ExitCode, string Failure)> RunAsync(
        string program, IReadOnlyList<string> arguments, TimeSpan deadline, TimeProvider time, CancellationToken cancellationToken)
    {
        using var child = Start(program, arguments, time, out var failure);
        if (child is null)
        {
            return (127, failure);
        }

        using var late = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await child.Input.DisposeAsync().ConfigureAwait(false);
            var output = child.Output.CopyToAsync(Stream.Null, either.Token);
            var exitCode = await child.Exited.WaitAsync(either.Token).ConfigureAwait(false);
            await Task.WhenAll(output, child.ErrorRead).WithinAsync(SettleTime, time, CancellationToken.None).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            await output.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return (exitCode, $"it ended with code {exitCode}: {Last(child.StandardError)}");
        }
        catch (OperationCanceledException)
        {
            await child.EndAsync(TimeSpan.Zero, TerminateGrace).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return (null, $"it did not end within {deadline.TotalSeconds:0.###} s, what it did is unknown");
        }
    }

    private static ChildProcess? Start(string program, IReadOnlyList<string> arguments, TimeProvider time, out string failure)
    {
        failure = "";
        try
        {
            return ChildProcess.Start(program, arguments, time);
        }
        catch (Win32Exception e)
        {
            failure = $"it could not be started: {e.Message}";
            return null;
        }
    }

    private static string Last(string error)
        => WireText.ToSingleLine(error.Trim() is var words && words.Length > MaxQuoted ? words[^MaxQuoted..] : error);
}
