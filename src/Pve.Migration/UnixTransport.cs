using Microsoft.Extensions.Logging;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>
/// A tunnel to a unix socket of this machine, such as a <see cref="MtunnelListener"/>'s. A forwarded socket leads to the path itself:
/// both sides are the same machine, and the file's permissions decide.
/// </summary>
public sealed class UnixTransport : IMtunnelTransport
{
    private readonly string _path;
    private readonly UnixTransportOptions _options;
    private readonly ILogger _logger;

    /// <exception cref="ArgumentException">A path is not absolute, or longer than the 107 bytes that a socket's address holds.</exception>
    public UnixTransport(string path, UnixTransportOptions? options = null)
    {
        LocalSockets.ThrowIfUnfit(path, nameof(path));
        _path = path;
        _options = options ?? new UnixTransportOptions();
        _options.Validate();
        _logger = _options.LoggerFactory.CreateLogger(typeof(UnixTransport).FullName!);
    }

    /// <inheritdoc/>
    public string Name => $"unix socket {_path}";

    /// <inheritdoc/>
    public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        IByteLink link;
        try
        {
            link = await LocalSockets.ConnectAsync(_path, cancellationToken).ConfigureAwait(false);
        }
        catch (MtunnelConnectionException e)
        {
            throw new MtunnelConnectionException($"{Name}: {e.Message}", e.InnerException);
        }

        var parts = new LinkConnectionParts(_options.TimeProvider) { Open = LocalSockets.ConnectAsync };
        return await new LinkConnection(link, Name, parts, _logger).WithForwardsAsync(_options.Forwards, cancellationToken).ConfigureAwait(false);
    }
}
