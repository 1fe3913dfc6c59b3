using System.Text;

namespace Pve.Migration.Tests.Tunnel;

public sealed class MtunnelNegotiationTests
{
    [Theory]
    // told
    [InlineData("tunnel online|ver 1", "V1")]
    [InlineData("tunnel online|ver 01", "V1")]
    [InlineData("tunnel online|ver 0", "V0")]
    // silence is v0, an end is not, and neither is anything else
    [InlineData("tunnel online|(silence)", "V0")]
    [InlineData("tunnel online|(end)", "EndOfStream")]
    // from 2 on it is JSON, and what it is the answer to version tells
    [InlineData("tunnel online|ver 2|{\"success\":true,\"api\":2,\"age\":0}", "V2")]
    [InlineData("tunnel online|ver 3|{\"success\":true,\"api\":3,\"age\":1}", "V2")]
    [InlineData("tunnel online|ver 2|{\"age\":\"0\",\"api\":\"2\",\"success\":1}", "V2")]
    [InlineData("tunnel online|ver 99999999999999999999|{\"success\":true,\"api\":9,\"age\":6}", "NewerDialect")]
    [InlineData("tunnel online|ver 2|{\"success\":true,\"api\":1,\"age\":0}", "OlderDialect")]
    [InlineData("tunnel online|ver 2|{\"success\":true,\"api\":2}", "Junk")]
    [InlineData("tunnel online|ver 2|{\"success\":true,\"api\":2.5,\"age\":0}", "Junk")]
    [InlineData("tunnel online|ver 2|{\"success\":false,\"msg\":\"no\"}", "Junk")]
    [InlineData("tunnel online|ver 2|{\"api\":2,\"age\":0}", "Junk")]
    [InlineData("tunnel online|ver 2|OK", "Junk")]
    [InlineData("tunnel online|ver 2|", "Junk")]
    [InlineData("tunnel online|ver 2|(silence)", "TimedOut")]
    [InlineData("tunnel online|ver 2|(end)", "EndOfStream")]
    [InlineData("tunnel online|ver", "Junk")]
    [InlineData("tunnel online|ver ", "Junk")]
    [InlineData("tunnel online|ver  1", "Junk")]
    [InlineData("tunnel online|ver 1 ", "Junk")]
    [InlineData("tunnel online|ver 1\r", "Junk")]
    [InlineData("tunnel online|ver -1", "Junk")]
    [InlineData("tunnel online|ver 1.0", "Junk")]
    [InlineData("tunnel online|Ver 1", "Junk")]
    [InlineData("tunnel online|", "Junk")]
    [InlineData("tunnel online|tunnel online", "Junk")]
    [InlineData("tunnel online|no quorum", "Junk")]
    [InlineData("tunnel online|OK", "Junk")]
    // the first line
    [InlineData("no quorum", "NoQuorum")]
    [InlineData("(silence)", "TimedOut")]
    [InlineData("(end)", "EndOfStream")]
    [InlineData("tunnel online\r", "Junk")]
    [InlineData("Tunnel online", "Junk")]
    [InlineData("tunnel online ", "Junk")]
    [InlineData("ver 1", "Junk")]
    [InlineData("Welcome to node pve2!", "Junk")]
    [InlineData("", "Junk")]
    public void What_is_heard_decides(string heard, string outcome)
    {
        var negotiation = new MtunnelNegotiation();
        foreach (string line in heard.Split('|'))
        {
            Tell(negotiation, line);
        }

        Assert.Equal(outcome, negotiation.Dialect?.ToString() ?? negotiation.Failure.ToString());
        Assert.Equal(negotiation.Dialect is null ? MtunnelNegotiationState.Failed : MtunnelNegotiationState.Agreed, negotiation.State);
        Assert.Equal(negotiation.Failure is null, negotiation.FailureText is null);
    }

    [Theory]
    [InlineData("tunnel online|ver 1")]
    [InlineData("no quorum")]
    public void Afterwards_every_event_is_illegal_and_changes_nothing(string heard)
    {
        foreach (string more in new[] { "ver 1", "(silence)", "(end)" })
        {
            var negotiation = new MtunnelNegotiation();
            Array.ForEach(heard.Split('|'), line => Tell(negotiation, line));
            (MtunnelNegotiationState, MtunnelDialect?, MtunnelGreetingFailure?) before = (negotiation.State, negotiation.Dialect, negotiation.Failure);
            Assert.Throws<InvalidOperationException>(() => Tell(negotiation, more));
            Assert.Equal(before, (negotiation.State, negotiation.Dialect, negotiation.Failure));
        }
    }

    [Theory]
    [InlineData("{\"success\":true,\"api\":2,\"age\":0}", "")]
    [InlineData("{\"success\":true,\"api\":2,\"age\":0,\"capabilities\":[\"status\",\"resume-when-completed\",7,null]}", "status resume-when-completed")]
    [InlineData("{\"success\":true,\"api\":2,\"age\":0,\"capabilities\":\"status\"}", "")]
    public void Nobody_greets_over_a_WebSocket_and_the_answer_lists_what_the_peer_can(string answer, string capabilities)
    {
        var negotiation = MtunnelNegotiation.WithoutGreeting();
        Assert.Equal(MtunnelNegotiationState.AwaitingApi, negotiation.State);
        Tell(negotiation, answer);
        Assert.Equal(MtunnelDialect.V2, negotiation.Dialect);
        Assert.Equal(capabilities, string.Join(' ', negotiation.Capabilities));
    }

    [Fact]
    public void The_failure_shows_what_was_said()
    {
        var negotiation = new MtunnelNegotiation();
        negotiation.OnLine("bash: warning\t!"u8);
        Assert.Contains("'bash: warning\\x09!'", negotiation.FailureText, StringComparison.Ordinal);

        negotiation = new MtunnelNegotiation();
        negotiation.OnEnd("no quo"u8);
        Assert.Contains("'no quo'", negotiation.FailureText, StringComparison.Ordinal);
    }

    private static void Tell(MtunnelNegotiation negotiation, string what)
    {
        switch (what)
        {
            case "(silence)":
                negotiation.OnSilence();
                break;
            case "(end)":
                negotiation.OnEnd([]);
                break;
            default:
                negotiation.OnLine(Encoding.UTF8.GetBytes(what));
                break;
        }
    }
}
