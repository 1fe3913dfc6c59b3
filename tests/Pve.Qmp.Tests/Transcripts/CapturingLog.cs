using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pve.Qmp.Tests.Transcripts;

/// <summary>Keeps what is logged.</summary>
internal sealed class CapturingLog : ILoggerFactory, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => Lines.Enqueue($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : ": " + exception.Message)}");

    public void Dispose()
    {
    }
}
