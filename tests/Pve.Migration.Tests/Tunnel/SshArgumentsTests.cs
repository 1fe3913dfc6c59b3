using Pve.Migration.Transports;

namespace Pve.Migration.Tests.Tunnel;

public sealed class SshArgumentsTests
{
    [Fact]
    public void A_plain_tunnel() => Assert.Equal(
        "-T -a -x -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3"
        + " -o ControlPath=none -o ExitOnForwardFailure=yes -o StreamLocalBindUnlink=yes -- pve2 qm mtunnel",
        string.Join(' ', SshArguments.ForTunnel(new SshTransportOptions { Host = "pve2" })));

    [Fact]
    public void A_full_tunnel()
    {
        var options = new SshTransportOptions
        {
            Host = "pve2",
            Port = 2222,
            User = "root",
            IdentityFile = "/keys/a b",
            ConfigFile = "/etc/own",
            JumpHost = "jump",
            ConnectTimeout = TimeSpan.FromMilliseconds(1500),
            ExtraOptions = ["HostKeyAlias=pve2"],
            Forwards = [new SocketForward("/run/a.migrate", "/run/b.migrate"), new SocketForward("/run/c", "/run/d")],
            RemoteCommand = ["sh", "-c", "echo it's $HOME"],
        };
        Assert.Equal(
            [
                "-F", "/etc/own", "-o", "HostKeyAlias=pve2", "-T", "-a", "-x", "-o", "BatchMode=yes", "-o", "ConnectTimeout=2",
                "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3", "-p", "2222", "-l", "root", "-i", "/keys/a b", "-J", "jump",
                "-o", "ControlPath=none", "-o", "ExitOnForwardFailure=yes", "-o", "StreamLocalBindUnlink=yes",
                "-L", "/run/a.migrate:/run/b.migrate", "-L", "/run/c:/run/d", "--", "pve2", "sh -c 'echo it'\\''s $HOME'",
            ],
            SshArguments.ForTunnel(options));
    }

    [Fact]
    public void Host_keys_are_left_to_the_users_file_and_to_nobody_else()
    {
        Assert.Contains("StrictHostKeyChecking=yes", SshArguments.ForCommand(new SshTransportOptions { Host = "h" }, ["true"]));
        Assert.DoesNotContain(
            SshArguments.ForCommand(new SshTransportOptions { Host = "h", ConfigFile = "/f" }, ["true"]),
            static argument => argument.Contains("HostKey", StringComparison.Ordinal));
    }

    [Fact]
    public void A_command_uses_a_master_but_no_forwards()
    {
        var options = new SshTransportOptions { Host = "h", ControlPath = "/run/c", Forwards = [new SocketForward("/a", "/b")] };
        IReadOnlyList<string> arguments = SshArguments.ForCommand(options, ["qm", "resume", "100"]);
        Assert.Contains("ControlPath=/run/c", arguments);
        Assert.DoesNotContain("-L", arguments);
        Assert.Equal("qm resume 100", arguments[^1]);
    }

    [Theory]
    [InlineData("plain-word_1.2:/@%+,", "plain-word_1.2:/@%+,")]
    [InlineData("", "''")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("A=1", "'A=1'")]
    [InlineData("$(reboot)`x`\"", "'$(reboot)`x`\"'")]
    [InlineData("~", "'~'")]
    [InlineData("a\nb", "'a\nb'")]
    public void Words_reach_the_other_shell_as_they_are(string word, string quoted) =>
        Assert.Equal(quoted, SshArguments.Quote([word]));

    [Fact]
    public void A_nul_cannot_be_said() => Assert.Throws<ArgumentException>(() => SshArguments.Quote(["a\0b"]));

    [Theory]
    [InlineData("-oProxyCommand=reboot")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("$(reboot)")]
    [InlineData("a;b")]
    public void A_host_that_could_be_something_else_is_refused(string host) =>
        Assert.ThrowsAny<ArgumentException>(() => new SshTransport(new SshTransportOptions { Host = host }));

    [Theory]
    [InlineData("-x")]
    [InlineData("ro;ot")]
    public void So_is_such_a_user_and_such_a_jump_host(string name)
    {
        Assert.ThrowsAny<ArgumentException>(() => new SshTransport(new SshTransportOptions { Host = "h", User = name }));
        Assert.ThrowsAny<ArgumentException>(() => new SshTransport(new SshTransportOptions { Host = "h", JumpHost = name }));
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("/a:b")]
    [InlineData("/%d/a")]
    [InlineData("/${HOME}")]
    [InlineData("/a b")]
    [InlineData("")]
    public void A_forward_that_ssh_would_read_differently_is_refused(string path)
    {
        Assert.ThrowsAny<ArgumentException>(() => new SshTransport(new SshTransportOptions { Host = "h", Forwards = [new SocketForward(path, "/b")] }));
        Assert.ThrowsAny<ArgumentException>(() => new SshTransport(new SshTransportOptions { Host = "h", Forwards = [new SocketForward("/b", path)] }));
    }

    [Fact]
    public void A_socket_path_the_kernel_cannot_hold_is_refused()
    {
        SshArguments.ThrowIfUnfitForForward("/" + new string('x', 106), "path");
        Assert.Throws<ArgumentException>(() => SshArguments.ThrowIfUnfitForForward("/" + new string('x', 107), "path"));
    }

    [Fact]
    public void A_master_carries_a_tunnel_with_forwards_and_is_asked_to_give_them_up()
    {
        var options = new SshTransportOptions
        {
            Host = "h",
            ControlPath = "/run/c",
            ExtraOptions = ["ControlMaster=auto"],
            Forwards = [new SocketForward("/a", "/b"), new SocketForward("/c", "/d")],
        };
        Assert.Contains("ControlPath=/run/c", SshArguments.ForTunnel(options));
        string cancel = string.Join(' ', SshArguments.ForCancel(options));
        Assert.EndsWith("-o ControlPath=/run/c -O cancel -L /a:/b -L /c:/d -- h", cancel, StringComparison.Ordinal);
    }

    [Fact]
    public void A_further_forward_has_a_connection_of_its_own()
    {
        var options = new SshTransportOptions { Host = "h", ControlPath = "/run/c", JumpHost = "jump" };
        string forward = string.Join(' ', SshArguments.ForForward(options, new SocketForward("/a", "/b")));
        Assert.Contains("-J jump", forward, StringComparison.Ordinal);
        Assert.EndsWith("-o ControlPath=none -o ExitOnForwardFailure=yes -o StreamLocalBindUnlink=yes -N -L /a:/b -- h", forward, StringComparison.Ordinal);
    }
}
