using System.Net.Http;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Proxmox;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// A tunnel that the API of another Proxmox VE cluster opens: it makes an empty VM there, starts the tunnel's worker and gives a ticket to it,
/// which a WebSocket is let in with.
/// Source: qemu-server, <c>mtunnel</c> and <c>mtunnelwebsocket</c> in API2/Qemu.pm.
/// </summary>
/// <remarks>
/// Each connection asks the API anew. While the VM of an earlier one exists there, Proxmox VE refuses: a tunnel that was lost cannot be replaced.
/// A worker that nobody connects to removes its VM after 300 s. Nobody greets: a client needs <see cref="MtunnelClientOptions.ExpectGreeting"/> off.
/// </remarks>
public sealed class PveApiTransport : IMtunnelTransport
{
    private const int Tries = 3;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(300);

    private readonly PveApiTransportOptions _options;
    private readonly PveApi _api;
    private readonly ILogger _logger;

    /// <exception cref="ArgumentException">A name is none, or an option does not fit.</exception>
    public PveApiTransport(PveApiTransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _api = new PveApi(options);
        _logger = options.LoggerFactory.CreateLogger(typeof(PveApiTransport).FullName!);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        JsonElement data = await _api.PostAsync(
            "mtunnel", [new("storages", string.Join(',', _options.Storages)), new("bridges", string.Join(',', _options.Bridges))], cancellationToken)
            .ConfigureAwait(false);
        string ticket = Text(data, "ticket");
        string socket = Text(data, "socket");
        _logger.ApiTunnelStarted(Name, Quoted(Text(data, "upid"), ticket));
        if (!PveNames.IsTunnelSocket(socket, _options.SocketDirectory))
        {
            throw new MtunnelConnectionException(
                $"{Name}: the tunnel's socket is {Quoted(socket, ticket)}, which is refused: only {_options.SocketDirectory}/VMID.mtunnel is taken "
                + "(see that a Proxmox VE node answers there)");
        }

        return await ConnectAsync(ticket, socket, cancellationToken).ConfigureAwait(false);
    }

    // The worker may not listen yet when the API has answered. Proxmox VE then drops the connection without a word, and takes the ticket again.
    private async Task<IMtunnelConnection> ConnectAsync(string ticket, string socket, CancellationToken cancellationToken)
    {
        var transport = new WebSocketTransport(new WebSocketTransportOptions
        {
            Endpoint = _api.Address("wss", "mtunnelwebsocket"),
            Authorization = _options.Authorization,
            CertificateFingerprint = _options.CertificateFingerprint,
            TunnelSocket = socket,
            TunnelTicket = ticket,
            RequestTicket = _options.RequestTicket,
            ConnectTimeout = _options.ConnectTimeout,
            KeepAliveInterval = _options.KeepAliveInterval,
            TimeProvider = _options.TimeProvider,
            LoggerFactory = _options.LoggerFactory,
        });
        MtunnelConnectionException? first = null;
        for (int tried = 1; ; tried++)
        {
            try
            {
                return await transport.ConnectAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (MtunnelConnectionException e)
            {
                first ??= e;
                if (tried == Tries || !WasDropped(e))
                {
                    throw new MtunnelConnectionException(
                        $"{first.Message}; the VM that {Name} made for it is removed there by itself after 300 s, its number is taken until then", first);
                }
            }

            await Task.Delay(RetryAfter, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private string Quoted(string text, string ticket) => WireText.ToSingleLine(SecretMask.Apply(text, _options.Secret, ticket), 200);

    private static bool WasDropped(MtunnelConnectionException e) =>
        e.InnerException is WebSocketException { InnerException: HttpRequestException { InnerException: IOException } };

    private string Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text
            ? text
            : throw new MtunnelConnectionException(
                $"{Name}: the answer to 'mtunnel' has no '{name}' (see that a Proxmox VE of version 7.3 or later answers there)");
}
