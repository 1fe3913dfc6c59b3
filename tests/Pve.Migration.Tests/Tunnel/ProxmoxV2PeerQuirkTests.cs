using System.Text.Json;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>Our client against Proxmox VE's JSON tunnel with its quirks, one by one.</summary>
public sealed class ProxmoxV2PeerQuirkTests : IAsyncDisposable
{
    private readonly QuirkClient _quirk = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _quirk.DisposeAsync();

    // v2.1: the remote end speaks api - age to api, and we must be among them; below it is to be upgraded, above we are
    [Theory]
    [InlineData(2, 0, null)]
    [InlineData(2, 1, null)]
    [InlineData(3, 1, null)]
    [InlineData(9, 7, null)]
    [InlineData(3, 0, MtunnelGreetingFailure.NewerDialect)]
    [InlineData(9, 6, MtunnelGreetingFailure.NewerDialect)]
    [InlineData(1, 0, MtunnelGreetingFailure.OlderDialect)]
    [InlineData(1, 1, MtunnelGreetingFailure.OlderDialect)]
    public async Task Age_says_how_far_back_a_peer_still_understands(int api, int age, MtunnelGreetingFailure? failure)
    {
        MtunnelClient client = await _quirk.OpenAsync($$"""
            <- tunnel online
            <- ver {{Math.Max(api, 2)}}
            -> {"cmd":"version"}
            <- {"success":true,"api":{{api}},"age":{{age}}}
            """);
        if (failure is null)
        {
            Assert.Equal(MtunnelDialect.V2, await client.Negotiated);
        }
        else
        {
            Assert.Equal(failure, (await Assert.ThrowsAsync<MtunnelGreetingException>(() => client.Negotiated)).Failure);
        }
    }

    // v2.1: Perl's numbers and truths travel as text as well
    [Fact]
    public async Task A_version_in_text_is_a_version()
    {
        MtunnelClient client = await _quirk.OpenV2Async("""{"age":"0","api":"2","success":1}""");
        Assert.Empty(client.Capabilities);
    }

    // v2.2: each command has Proxmox VE's own patience; quit has it too, in MtunnelClientTests
    [Theory]
    [InlineData("bwlimit", 10)]
    [InlineData("disk", 600)]
    [InlineData("disk-import", 600)]
    [InlineData("query-disk-import", 10)]
    [InlineData("config", 120)]
    [InlineData("nbdstop", 30)]
    [InlineData("resume", 30)]
    [InlineData("fstrim", 600)]
    [InlineData("stop", 10)]
    [InlineData("unlock", 10)]
    [InlineData("ticket", 10)]
    public async Task Each_command_has_its_own_deadline(string command, int seconds)
    {
        MtunnelClient client = await _quirk.OpenV2Async();
        Task call = client.ExecuteAsync(command, cancellationToken: Test);
        await _quirk.Peer.PlayAsync($$"""-> {"cmd":"{{command}}"}""");
        _quirk.Time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
        Assert.False(call.IsCompleted);
        _quirk.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(MtunnelNoReplyReason.TimedOut, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => call)).Reason);
    }

    // v2.3: a tunnel has one VM, and its commands name none
    [Fact]
    public async Task Resume_names_no_VM()
    {
        MtunnelClient client = await _quirk.OpenV2Async();
        Task resume = client.ResumeAsync(123, Test);
        await _quirk.Peer.PlayAsync("""
            -> {"cmd":"resume"}
            <- {"success":1}
            """);
        await resume;
    }

    // v2.4: an answer that says no is one line, and spoils nothing, whatever its text holds
    [Theory]
    [InlineData("tunnel is in exit-mode, processing 'unlock' cmd not possible")]
    [InlineData("failed to handle 'unlock' command - can't lock file - got timeout\\n{\\\"success\\\":true}\\n")]
    [InlineData("unknown command 'unlock' given")]
    public async Task A_refusal_leaves_the_tunnel_usable(string text)
    {
        MtunnelClient client = await _quirk.OpenV2Async();
        Task unlock = client.ExecuteAsync("unlock", cancellationToken: Test);
        await _quirk.Peer.PlayAsync($$"""
            -> {"cmd":"unlock"}
            <- {"success":false,"msg":"{{text}}"}
            """);
        var refused = await Assert.ThrowsAsync<MtunnelRefusedException>(() => unlock);
        Assert.True(refused.TunnelUsable);
        Assert.DoesNotContain('\n', refused.ErrorText);
        Task stop = client.ExecuteAsync("nbdstop", cancellationToken: Test);
        await _quirk.Peer.PlayAsync("""
            -> {"cmd":"nbdstop"}
            <- {"success":true}
            """);
        await stop;
    }

    // v2.5: answers carry no ids, so one that is none ends the order for good
    [Theory]
    [InlineData("OK")]
    [InlineData("{}")]
    [InlineData("{\"success\":null}")]
    [InlineData("[{\"success\":true}]")]
    public async Task What_is_no_answer_leaves_the_outcome_unknown(string reply)
    {
        MtunnelClient client = await _quirk.OpenV2Async();
        Task resume = client.ResumeAsync(123, Test);
        await _quirk.Peer.PlayAsync($$"""
            -> {"cmd":"resume"}
            <- {{reply}}
            """);
        Assert.Equal(MtunnelNoReplyReason.Unreadable, (await Assert.ThrowsAsync<MtunnelNoReplyException>(() => resume)).Reason);
        Assert.True(client.IsFaulted);
    }

    // v2.6: the members of an answer stand beside success, and extra ones are no trouble
    [Fact]
    public async Task An_answers_members_stand_beside_success()
    {
        MtunnelClient client = await _quirk.OpenV2Async();
        Task<JsonElement> call = client.ExecuteAsync("bwlimit", JsonElement.Parse("""{"storages":["local"]}"""), Test);
        await _quirk.Peer.PlayAsync("""
            -> {"cmd":"bwlimit","storages":["local"]}
            <- {"bwlimit":"1024","new-in-2030":[],"success":true}
            """);
        Assert.Equal("1024", (await call).GetProperty("bwlimit").GetString());
    }

    // v2.7: what Proxmox VE's peer does not have is not sent: it lists no capabilities
    [Theory]
    [InlineData("status")]
    [InlineData("set-replication-state")]
    [InlineData("resume-when-completed")]
    public async Task Our_own_commands_are_never_sent_to_Proxmox_VE(string command)
    {
        MtunnelClient client = await _quirk.OpenV2Async();
        Assert.False(client.Can(command));
        await Assert.ThrowsAsync<MtunnelUnsupportedException>(() => client.ExecuteAsync(command, cancellationToken: Test));
        Assert.False(client.IsFaulted);
    }

    // v2.8: cleanup has a default in Proxmox VE's schema, and is missed all the same where it is not said
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Quit_says_whether_it_cleans_up(bool cleansUp, int said)
    {
        MtunnelClient client = await _quirk.OpenV2Async();
        Task quit = cleansUp ? client.QuitAndCleanUpAsync(Test) : client.QuitAsync(Test);
        await _quirk.Peer.PlayAsync($$"""
            -> {"cmd":"quit","cleanup":{{said}}}
            <- {"success":true}
            """);
        await quit;
    }
}
