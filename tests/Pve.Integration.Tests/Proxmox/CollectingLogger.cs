using Microsoft.Extensions.Logging;

namespace Pve.Integration.Tests.Proxmox;

/// <summary>Keeps every line, whatever its level.</summary>
internal sealed class CollectingLogger : ILoggerFactory, ILogger
{
    private readonly List<string> _lines = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add($"{formatter(state, exception)} {exception}");
        }
    }

    public override string ToString()
    {
        lock (_lines)
        {
            return string.Join('\n', _lines);
        }
    }

    public void Dispose()
    {
    }
}
