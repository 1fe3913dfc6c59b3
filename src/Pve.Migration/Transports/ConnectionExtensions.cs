namespace Pve.Migration.Transports;

internal static class ConnectionExtensions
{
    // The connection with its first forwards, or, where one cannot be had, no connection.
    public static async Task<IMtunnelConnection> WithForwardsAsync(
        this IMtunnelConnection connection, IReadOnlyList<SocketForward> forwards, CancellationToken cancellationToken)
    {
        try
        {
            foreach (SocketForward forward in forwards)
            {
                await connection.ForwardAsync(forward, cancellationToken).ConfigureAwait(false);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
