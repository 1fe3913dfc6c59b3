namespace Pve.Migration.Transports;

// Who is asked for a ticket to a socket over there: the caller's own source, else the tunnel that runs over the connection.
internal sealed class TicketSource(Func<string, CancellationToken, Task<string>>? callers)
{
    private volatile Func<string, CancellationToken, Task<string>>? _tunnel;

    public void Offer(Func<string, CancellationToken, Task<string>> tunnel) => _tunnel = tunnel;

    public Task<string> RequestAsync(string path, CancellationToken cancellationToken)
    {
        Func<string, CancellationToken, Task<string>> request = callers ?? _tunnel
            ?? throw new MtunnelConnectionException($"nobody here has a ticket to {path}: open the tunnel with an MtunnelClient, or give RequestTicket");
        return request(path, cancellationToken);
    }
}
