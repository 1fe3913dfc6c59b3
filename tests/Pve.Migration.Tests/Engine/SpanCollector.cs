using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pve.Migration.Tests.Engine;

/// <summary>Collects the spans below one of its own: others' tests run beside it.</summary>
internal sealed class SpanCollector : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;
    private readonly Activity _root = new("test");

    public SpanCollector(params string[] sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        _root.SetIdFormat(ActivityIdFormat.W3C).Start();
    }

    public IReadOnlyList<Activity> Spans => [.. _spans.Where(span => span.TraceId == _root.TraceId)];

    public IReadOnlyList<Activity> Below(Activity parent) => [.. Spans.Where(span => span.ParentSpanId == parent.SpanId)];

    public void Dispose()
    {
        _root.Stop();
        _listener.Dispose();
    }
}
