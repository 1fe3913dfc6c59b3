using Pve.Migration.Transports;

namespace Pve.Migration.Tests.Tunnel;

public sealed class SshFailureTests
{
    [Theory]
    [InlineData(0, "", SshFailureKind.None, "ssh to h ended with code 0")]
    [InlineData(1, "qm: no such VM\r\n", SshFailureKind.CommandFailed, "ssh to h ended with code 1: qm: no such VM")]
    [InlineData(127, "sh: 1: qm: not found\n", SshFailureKind.CommandNotFound, "PATH")]
    [InlineData(126, "sh: 1: /x: Permission denied\n", SshFailureKind.CommandNotFound, "Permission denied")]
    [InlineData(137, "", SshFailureKind.Killed, "signal 9")]
    [InlineData(255, "root@h: Permission denied (publickey).\r\n", SshFailureKind.PermissionDenied, "ended with code 255: root@h: Permission denied (publickey).")]
    [InlineData(255, "ssh: connect to host h port 22: Connection refused\r\n", SshFailureKind.ConnectionRefused, "sshd runs")]
    [InlineData(255, "ssh: connect to host h port 22: Connection timed out\r\n", SshFailureKind.HostUnreachable, "firewall")]
    [InlineData(255, "ssh: connect to host h port 22: No route to host\r\n", SshFailureKind.HostUnreachable, "network")]
    [InlineData(255, "ssh: Could not resolve hostname h: Name or service not known\r\n", SshFailureKind.HostNotFound, "resolver")]
    [InlineData(255, "No ED25519 host key is known for h and you have requested strict checking.\r\nHost key verification failed.\r\n", SshFailureKind.HostKeyUnknown, "known_hosts")]
    [InlineData(255, "@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nHost key verification failed.\r\n", SshFailureKind.HostKeyChanged, "code 255: WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! (the host was reinstalled")]
    [InlineData(255, "unix_listener: cannot bind to path /x/y: No such file or directory\r\nCould not request local forwarding.\r\n", SshFailureKind.ForwardingFailed, "folder")]
    [InlineData(255, "command-line: line 0: Bad configuration option: nonsense\r\n", SshFailureKind.BadConfiguration, "nonsense")]
    [InlineData(255, "Timeout, server h not responding.\r\n", SshFailureKind.ConnectionLost, "gone")]
    [InlineData(255, "Connection to h closed by remote host.\r\n", SshFailureKind.ConnectionLost, "closed by")]
    [InlineData(255, "something new\r\n", SshFailureKind.Other, "something new")]
    [InlineData(255, "", SshFailureKind.Other, "ssh to h ended with code 255")]
    public void An_end_is_understood_and_comes_with_its_remedy(int exitCode, string standardError, SshFailureKind kind, string says)
    {
        SshFailure failure = SshFailure.Explain("ssh to h", exitCode, standardError);
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void Of_endless_complaints_the_last_whole_lines_are_kept()
    {
        var tail = new ByteTail(10);
        tail.Append("12345"u8);
        Assert.Equal("12345", tail.ToString());
        tail.Append("67890"u8);
        Assert.Equal("1234567890", tail.ToString());
        tail.Append("ab\ncd"u8);
        Assert.Equal("cd", tail.ToString());
        tail.Append("efghijklmn"u8);
        Assert.Equal("", tail.ToString()); // the rest of a line, and perhaps of a secret
    }
}
