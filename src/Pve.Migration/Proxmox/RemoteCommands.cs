using System.Globalization;

namespace Pve.Migration.Proxmox;

// One ssh a command, each with the same deadline; what goes wrong is a MigrationTargetException that names program and subcommand.
internal sealed class RemoteCommands(SshCommandRunner ssh, TimeSpan timeout)
{
    private readonly SshCommandRunner _unlogged = ssh.Unlogged();

    // A code other than 0 is a result. So is 255: it is ssh's own, but Perl's die ends a command with it as well.
    public async Task<SshCommandResult> AskAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        try
        {
            return await ssh.RunAsync(command, timeout, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SshCommandTimeoutException or MtunnelConnectionException)
        {
            throw Failed(command, e.Message, e);
        }
    }

    public async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var result = await AskAsync(command, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw Failed(command, result.Failure.Message);
        }
    }

    // The host's clock; null where its date knows no fractions, as busybox's.
    public async Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> command = ["date", "+%s.%N"];
        var result = await AskAsync(command, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0
            && decimal.TryParse(result.StandardOutput.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds < 100_000_000_000
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;
    }

    // The command's arguments are secret, and it may quote them: neither it nor its words are told, and no inner exception holds them.
    public async Task RunSecretlyAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        string? failure;
        try
        {
            var result = await _unlogged.RunAsync(command, timeout, cancellationToken: cancellationToken).ConfigureAwait(false);
            failure = result.ExitCode switch
            {
                0 => null,
                255 => $"{ssh.Name} ended with code 255 ({result.Failure.Kind})",
                var code => $"{ssh.Name} ended with code {code}; what it said is left out, since it may quote what it was given",
            };
        }
        catch (SshCommandTimeoutException e)
        {
            failure = $"{ssh.Name}: it did not end within {e.Deadline.TotalSeconds:0.###} s, what it did is unknown";
        }
        catch (MtunnelConnectionException e)
        {
            failure = e.Message;
        }

        if (failure is not null)
        {
            throw Failed(command, failure);
        }
    }

    public static MigrationTargetException Failed(IReadOnlyList<string> command, string why, Exception? cause = null)
        => new($"'{Title(command)}' failed: {why}", innerException: cause);

    // program and subcommand, without what follows
    private static string Title(IReadOnlyList<string> command)
        => command is [_, var subcommand, ..] && subcommand.All(static c => char.IsAsciiLetter(c) || c == '-') && subcommand[0] != '-'
            ? $"{command[0]} {subcommand}"
            : command[0];
}
