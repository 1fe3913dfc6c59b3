using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>What a guest said of its panic; which members there are depends on the kind of guest.</summary>
/// <example>
/// <code>
/// if (QmpEvents.GuestPanicked.TryRead(qmpEvent, out GuestPanickedEvent? data))
/// {
///     ulong? code = data.Info?.Arg1;
/// }
/// </code>
/// </example>
public sealed record GuestPanicInformation : QmpObject
{
    /// <summary><c>hyper-v</c> or <c>s390</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The stop code of Windows.</summary>
    [JsonPropertyName("arg1")]
    public ulong? Arg1 { get; init; }

    [JsonPropertyName("arg2")]
    public ulong? Arg2 { get; init; }

    [JsonPropertyName("arg3")]
    public ulong? Arg3 { get; init; }

    [JsonPropertyName("arg4")]
    public ulong? Arg4 { get; init; }

    [JsonPropertyName("arg5")]
    public ulong? Arg5 { get; init; }

    public long? Core { get; init; }

    public ulong? PswMask { get; init; }

    public ulong? PswAddr { get; init; }

    /// <summary>Of s390x.</summary>
    public S390CrashReason? Reason { get; init; }
}
