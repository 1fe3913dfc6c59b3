using Microsoft.Extensions.Logging;

namespace Pve.Chaos.Orchestration;

/// <summary>Every word of the libraries, one line each, as far as a process that may be killed got.</summary>
internal sealed class FileLogs : ILoggerFactory
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _file;

    public FileLogs(string path) => _file = new StreamWriter(path, append: true) { AutoFlush = true };

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() => _file.Dispose();

    private void Write(string line)
    {
        lock (_gate)
        {
            _file.WriteLine(line);
        }
    }

    private sealed class Logger(FileLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                logs.Write($"{TimeProvider.System.GetLocalNow():HH:mm:ss.ffffff} {logLevel} {category}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
