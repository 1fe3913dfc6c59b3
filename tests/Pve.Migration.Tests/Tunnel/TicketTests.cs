using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Tunnel;

public sealed class TicketTests
{
    private const string Socket = "/run/qemu-server/100.migrate";

    private readonly FakeTimeProvider _time = new();
    private readonly MtunnelTickets _tickets;

    public TicketTests()
    {
        _tickets = new MtunnelTickets(_time);
        _tickets.Allow(Socket);
    }

    [Fact]
    public void A_ticket_opens_its_socket_once()
    {
        var ticket = _tickets.Issue(Socket);
        Assert.True(_tickets.TryRedeem(ticket, Socket));
        Assert.False(_tickets.TryRedeem(ticket, Socket));
    }

    [Fact]
    public void Used_for_another_socket_it_is_used_up()
    {
        _tickets.Allow("/run/qemu-server/101.migrate");
        var ticket = _tickets.Issue(Socket);
        Assert.False(_tickets.TryRedeem(ticket, "/run/qemu-server/101.migrate"));
        Assert.False(_tickets.TryRedeem(ticket, Socket));
    }

    [Fact]
    public void It_is_good_for_30_seconds()
    {
        var (inTime, late) = (_tickets.Issue(Socket), _tickets.Issue(Socket));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(_tickets.TryRedeem(inTime, Socket));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_tickets.TryRedeem(late, Socket));
    }

    [Theory]
    [InlineData("/run/qemu-server/101.migrate")]
    [InlineData("/run/qemu-server/../100.migrate")]
    [InlineData("/run/qemu-server/x/../100.migrate")]
    [InlineData("")]
    public void None_is_issued_for_what_was_not_handed_out(string path)
        => Assert.Contains("not handed out", Assert.Throws<MtunnelRefusedException>(() => _tickets.Issue(path)).ErrorText);

    [Fact]
    public void A_socket_that_is_taken_back_has_no_tickets()
    {
        var ticket = _tickets.Issue(Socket);
        _tickets.Forbid(Socket);
        Assert.False(_tickets.TryRedeem(ticket, Socket));
        Assert.Throws<MtunnelRefusedException>(() => _tickets.Issue(Socket));
    }

    [Fact]
    public void A_client_that_asks_for_ever_is_refused_until_tickets_have_run_out()
    {
        var tickets = Enumerable.Range(0, 1000).Select(_ => _tickets.Issue(Socket)).ToHashSet();
        Assert.Equal(1000, tickets.Count);
        Assert.Throws<MtunnelRefusedException>(() => _tickets.Issue(Socket));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.NotEmpty(_tickets.Issue(Socket));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("junk")]
    public void What_is_no_ticket_opens_nothing(string? ticket) => Assert.False(_tickets.TryRedeem(ticket, Socket));
}
