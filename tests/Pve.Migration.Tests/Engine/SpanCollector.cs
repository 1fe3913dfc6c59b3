using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace Pve.Migration.Tests.Engine;

/// <summary>Collects the spans below one of its own: others' tests run beside it.</summary>
internal sealed class SpanCollector : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;
    private readonly Activity _root = new("test");
    private readonly Channel<string> _ended = Channel.CreateUnbounded<string>();

    public SpanCollector(params string[] sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                _spans.Enqueue(span);
                _ended.Writer.TryWrite(span.OperationName);
            },
        };
        ActivitySource.AddActivityListener(_listener);
        _root.SetIdFormat(ActivityIdFormat.W3C).Start();
    }

    public IReadOnlyList<Activity> Spans => [.. _spans.Where(span => span.TraceId == _root.TraceId)];

    public IReadOnlyList<Activity> Below(Activity parent) => [.. Spans.Where(span => span.ParentSpanId == parent.SpanId)];

    /// <summary>Waits until a span of that name has ended; commands' spans end in the order of their replies, a moment later.</summary>
    public async Task SeeAsync(string name, CancellationToken cancellationToken)
    {
        while (await _ended.Reader.ReadAsync(cancellationToken) != name)
        {
            // others before it
        }
    }

    public void Dispose()
    {
        _root.Stop();
        _listener.Dispose();
    }
}
