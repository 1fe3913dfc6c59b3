using Pve.Integration.Tests.Proxmox;
using Pve.Integration.Tests.Ssh;
using Pve.Migration;
using Pve.Migration.Tests.Secrets;

namespace Pve.Integration.Tests.Secrets;

/// <summary>
/// A SPICE ticket goes to <c>qm start</c> by standard input, through a real ssh: whatever the node makes of it, neither it nor half of it is in a
/// log that takes every level, in an exception, or in a text of ours.
/// </summary>
public sealed class SecretTests : IDisposable
{
    private const string Listens = "cat >/dev/null; echo 'migration listens on unix:THERE/100.migrate'";

    private readonly StandInNode _node;
    private readonly CollectingLogger _log = new();

    public SecretTests(SshdFixture sshd) => _node = new StandInNode(sshd);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private PveNodeTargetOptions Options
    {
        get
        {
            var options = _node.Options;
            return options with { Ssh = options.Ssh with { LoggerFactory = _log }, Tunnel = new MtunnelClientOptions { LoggerFactory = _log } };
        }
    }

    public void Dispose()
    {
        _log.Dispose();
        _node.Dispose();
    }

    // in $t what it read
    [Theory]
    [InlineData("echo \"$t\" >&2; exit 2")] // refused
    [InlineData("echo \"$t\"; exit 255")]
    [InlineData("echo \"$ticket is too long\" >&2; exit 1")]
    [InlineData("printf '%s' \"${ticket%????}\" >&2; kill -9 $$")] // cut in the middle
    [InlineData("printf 'migration listens on unix:THERE/%s' \"${ticket%????}\"")]
    [InlineData("printf '%s' \"$t\"")]
    [InlineData("echo \"migration listens on $ticket\"")] // not what it should say
    [InlineData("echo \"migration listens on unix:/etc/$ticket.migrate\"")]
    [InlineData("echo \"re-using replicated volume: $ticket\"")]
    [InlineData("echo \"{\\\"spice_ticket\\\":\\\"$ticket\\\"}\"")]
    [InlineData("echo \"QEMU: password $ticket\"; echo 'migration listens on unix:/etc/100.migrate'")]
    public async Task A_start_that_fails(string script)
    {
        _node.On("qm-start", Reads(script));
        await using var target = new PveNodeTarget(Options);
        var e = await Assert.ThrowsAsync<MigrationTargetException>(() => target.StartIncomingAsync(StandInNode.VmId, Test));
        AssertUntold(target, e);
    }

    [Fact]
    public async Task A_start_that_is_given_up()
    {
        var started = Path.Combine(_node.Folder, "started");
        _node.On("qm-start", Reads($"echo \"$t\" >&2; : >'{started}'; exec sleep 60"));
        await using var target = new PveNodeTarget(Options);
        using var giveUp = new CancellationTokenSource();
        var start = target.StartIncomingAsync(StandInNode.VmId, giveUp.Token);
        using (var watcher = new FileSystemWatcher(_node.Folder, "started") { EnableRaisingEvents = true })
        {
            while (!File.Exists(started))
            {
                Test.ThrowIfCancellationRequested();
                watcher.WaitForChanged(WatcherChangeTypes.All, TimeSpan.FromMilliseconds(100));
            }
        }

        await giveUp.CancelAsync();
        AssertUntold(target, await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start));
    }

    [Theory]
    [InlineData("echo \"tunnel online TICKET\"")]
    [InlineData("printf 'tunnel onl TICKET'")]
    [InlineData("echo 'cannot find VM: TICKET' >&2; exit 2")]
    [InlineData("echo 'spice_ticket: TICKET' >&2; exit 255")]
    public async Task A_tunnel_that_does_not_open(string script)
    {
        _node.On("qm-start", Reads(Listens)).On("qm-mtunnel", Filled(script));
        await using var target = new PveNodeTarget(Options);
        AssertUntold(target, await Assert.ThrowsAsync<MigrationTargetException>(() => target.StartIncomingAsync(StandInNode.VmId, Test)));
    }

    [Theory]
    [InlineData("echo 'ERR: resume failed - no TICKET'")]
    [InlineData("echo 'TICKET'")]
    [InlineData("printf 'ERR: TICKET'")]
    [InlineData("printf 'ERR: s3cret-t1'")]
    [InlineData("echo 'ERR: TICKET' >&2; exit 3")]
    public async Task A_resume_that_fails(string script)
    {
        _node.On("qm-start", Reads(Listens)).On("qm-mtunnel", Filled($"printf 'tunnel online\\nver 1\\n'; read -r line; {script}"));
        await using var target = new PveNodeTarget(Options);
        await target.StartIncomingAsync(StandInNode.VmId, Test);
        await target.MakeReadyAsync(StandInNode.VmId, Test);
        await AsSoonAsNegotiatedAsync(target);
        var resumed = await target.ResumeAsync(StandInNode.VmId, Test);
        Assert.NotEqual(ResumeAnswer.Accepted, resumed.Answer);
        AssertUntold(target, null, resumed.ToString());
    }

    // the version comes beside everything else, and a resume that is due does not wait for it
    private static async Task AsSoonAsNegotiatedAsync(PveNodeTarget target)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (target.Dialect is null)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private string Reads(string script) => $"t=$(cat); ticket=${{t##*spice_ticket: }}\n{Filled(script)}";

    private string Filled(string script) =>
        script.Replace("THERE", _node.There, StringComparison.Ordinal).Replace("TICKET", StandInNode.Ticket, StringComparison.Ordinal);

    private void AssertUntold(PveNodeTarget target, Exception? failure, params string[] texts)
    {
        SecretWatch.AssertUntold([StandInNode.Ticket], [_log.ToString(), Options.ToString(), target.ToString()!, .. texts], failure);
    }
}
