using System.Net;
using System.Net.Http;
using System.Text.Json;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Proxmox;

// The calls for one VM at one node's API, each over a connection of its own.
//
//   → POST /api2/json/nodes/NODE/qemu/VMID/CALL     Authorization: PVEAPIToken=…     name=value&…
//   ← 200 {"data":…}  |  4xx, 5xx REASON {"data":null,"errors":{NAME:TEXT},"message":TEXT}
//
// What goes wrong is a MtunnelConnectionException that says what to do. What the server says is quoted without tickets and the token.
internal sealed class PveApi(PveApiTransportOptions options)
{
    private const int MaxBody = 1024 * 1024;
    private const int MaxQuoted = 500;

    private readonly string _secret = options.Secret;

    public Uri Address(string scheme, string call) =>
        new UriBuilder(scheme, options.Host, options.Port, $"/api2/json/nodes/{Uri.EscapeDataString(options.Node)}/qemu/{PveNames.Text(options.VmId)}/{call}").Uri;

    public async Task<JsonElement> PostAsync(string call, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        var content = new FormUrlEncodedContent(form.Where(static pair => pair.Value.Length > 0));
        PveApiAnswer answer = await SendAsync(HttpMethod.Post, call, content, cancellationToken).ConfigureAwait(false);
        return answer.Complaint is null ? answer.Data : throw new MtunnelConnectionException(answer.Complaint);
    }

    // What the server refuses is an answer here.
    public Task<PveApiAnswer> AskAsync(string call, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, call, null, cancellationToken);

    private async Task<PveApiAnswer> SendAsync(HttpMethod method, string call, HttpContent? content, CancellationToken cancellationToken)
    {
        CertificatePin? pin = options.CertificateFingerprint is { } fingerprint ? CertificatePin.Parse(fingerprint, nameof(fingerprint)) : null;
        using var late = new CancellationTokenSource(options.RequestTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        using HttpClient http = NewHttp(pin);
        using var request = new HttpRequestMessage(method, Address("https", call)) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", options.Authorization);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, either.Token).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return Read(call, response.StatusCode, response.ReasonPhrase, body);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failed(call, $"no answer within {options.RequestTimeout.TotalSeconds:0.###} s (see that the host is up and no firewall drops the port)", e);
        }
        catch (HttpRequestException e)
        {
            throw Failed(call, pin?.Complaint ?? Explain(e), SecretMask.Tellable(e, _secret)); // it may quote a line that is no HTTP
        }
    }

    // What is trusted is one host: no proxy comes between, no redirect leads elsewhere with the token.
    private static HttpClient NewHttp(CertificatePin? pin)
    {
#pragma warning disable CA2000 // the client disposes it
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
#pragma warning restore CA2000
        if (pin is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = pin.Check;
        }

        return new HttpClient(handler) { MaxResponseContentBufferSize = MaxBody, Timeout = Timeout.InfiniteTimeSpan };
    }

    private PveApiAnswer Read(string call, HttpStatusCode status, string? reason, byte[] body)
    {
        JsonElement? answer = Parse(body);
        if (status != HttpStatusCode.OK)
        {
            return new PveApiAnswer(default, Describe(call, $"the server says {(int)status}{Said(answer, reason)} ({Remedy(call, status)})"));
        }

        return answer is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("data", out JsonElement data)
            ? new PveApiAnswer(data, null)
            : throw Failed(call, "the answer is no JSON with a 'data' (see that Proxmox VE's API, and nothing else, listens there)");
    }

    private static JsonElement? Parse(byte[] body)
    {
        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The errors of the parameters say more than the message, which says more than the reason.
    private string Said(JsonElement? answer, string? reason)
    {
        var texts = new List<string>();
        if (answer is { ValueKind: JsonValueKind.Object } whole)
        {
            if (whole.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Object)
            {
                texts.AddRange(errors.EnumerateObject().Select(static error => $"{error.Name}: {error.Value}"));
            }

            if (texts.Count == 0 && whole.TryGetProperty("message", out JsonElement message) && message.ValueKind == JsonValueKind.String)
            {
                texts.Add(message.GetString()!);
            }
        }

        if (texts.Count == 0 && !string.IsNullOrWhiteSpace(reason))
        {
            texts.Add(reason);
        }

        return texts.Count == 0 ? "" : $": {WireText.ToSingleLine(SecretMask.Apply(string.Join("; ", texts), _secret), MaxQuoted)}";
    }

    private string Remedy(string call, HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => $"see that VM {PveNames.Text(options.VmId)} does not exist there yet, and that {options.Node} is that very node",
        HttpStatusCode.Unauthorized => "the API token is not accepted: see that it is right, enabled and not expired",
        HttpStatusCode.Forbidden when call == "mtunnel" => "the token's user needs VM.Allocate on /vms/VMID, Sys.Incoming on /, and the right to allocate on each storage",
        HttpStatusCode.Forbidden => "the token's user needs VM.Audit on /vms/VMID",
        HttpStatusCode.NotFound or HttpStatusCode.NotImplemented => "see that a Proxmox VE of version 7.3 or later answers there",
        < HttpStatusCode.BadRequest => "see that Proxmox VE's API, and nothing else, listens there",
        _ => $"the log of {options.Node} says more",
    };

    private string Explain(HttpRequestException e) => e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded
        ? $"the answer is longer than {MaxBody} bytes (see that Proxmox VE's API, and nothing else, listens there)"
        : $"{SecretMask.Apply(e.GetBaseException().Message, _secret)} (see that the API listens there and that its certificate is trusted, or give its fingerprint)";

    private MtunnelConnectionException Failed(string call, string why, Exception? cause = null) => new(Describe(call, why), cause);

    private string Describe(string call, string why) => $"{options.Name}: '{call}' failed: {why}";
}
