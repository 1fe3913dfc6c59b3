namespace Pve.Migration.Transports;

// Where one carrier differs from the other.
internal sealed record LinkConnectionParts(TimeProvider TimeProvider)
{
    // the far end of a forwarded connection; null: this carrier has none
    public Func<string, CancellationToken, Task<IByteLink>>? Open { get; init; }

    public string WhyNoForwards { get; init; } = "";

    // what Open asks for tickets; null: it needs none
    public TicketSource? Tickets { get; init; }

    // what the carrier knows of a clean end, and of a break
    public Func<string?>? ExplainEnd { get; init; }

    public Func<Exception, string?>? ExplainBreak { get; init; }

    // what lies below, ended last
    public Func<ValueTask>? Dispose { get; init; }
}
