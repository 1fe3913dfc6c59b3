using Pve.Migration;

namespace Pve.Integration.Tests.Ssh;

public sealed class SshCommandRunnerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly SshdFixture _sshd;

    public SshCommandRunnerTests(SshdFixture sshd)
    {
        SshdFixture.Require();
        _sshd = sshd;
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private SshCommandRunner Runner => new(_sshd.Options(SshdFixture.Host));

    [Fact]
    public async Task Output_error_and_code_come_back()
    {
        SshCommandResult result = await Runner.RunAsync(["sh", "-c", "echo out; echo err >&2; exit 7"], Deadline, cancellationToken: Test);
        Assert.Equal((7, "out\n", "err\n", SshFailureKind.CommandFailed), (result.ExitCode, result.StandardOutput, result.StandardError, result.Failure.Kind));
    }

    [Fact]
    public async Task Input_is_read_to_its_end()
    {
        SshCommandResult result = await Runner.RunAsync(["cat"], Deadline, "nbd_protocol_version: 1\n"u8.ToArray(), Test);
        Assert.Equal((0, "nbd_protocol_version: 1\n"), (result.ExitCode, result.StandardOutput));
    }

    [Fact]
    public async Task Words_arrive_as_they_were_given()
    {
        string[] words = ["", " ", "it's", "$HOME", "`id`", "a\nb", "*", "~", "\\", "-n", "--", "ü"];
        SshCommandResult result = await Runner.RunAsync(["printf", "[%s]", .. words], Deadline, cancellationToken: Test);
        Assert.Equal(string.Concat(words.Select(static word => $"[{word}]")), result.StandardOutput);
    }

    [Fact]
    public async Task Endless_output_is_bounded_and_stops_nothing()
    {
        SshCommandResult result = await Runner.RunAsync(["sh", "-c", "head -c 3000000 /dev/zero; exit 5"], Deadline, cancellationToken: Test);
        Assert.Equal((5, 1 << 20), (result.ExitCode, result.StandardOutput.Length));
    }

    [Fact]
    public async Task A_failure_of_ssh_is_told_from_one_of_the_command()
    {
        SshCommandResult result = await new SshCommandRunner(_sshd.Options(SshdFixture.ClosedHost)).RunAsync(["true"], Deadline, cancellationToken: Test);
        Assert.Equal((255, SshFailureKind.ConnectionRefused), (result.ExitCode, result.Failure.Kind));
    }

    [Fact]
    public async Task A_deadline_leaves_the_outcome_unknown()
    {
        SshCommandTimeoutException e = await Assert.ThrowsAsync<SshCommandTimeoutException>(
            () => Runner.RunAsync(["sleep", "5"], TimeSpan.FromMilliseconds(300), cancellationToken: Test));
        Assert.Equal("sleep 5", e.Command);
    }

    [Fact]
    public async Task Cancelling_ends_the_ssh()
    {
        using var cancel = new CancellationTokenSource();
        Task<SshCommandResult> running = Runner.RunAsync(["sleep", "5"], Deadline, cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
