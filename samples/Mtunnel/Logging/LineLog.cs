using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Mtunnel.Logging;

/// <summary>
/// One line for each event, on standard error or in a file: a time stamp and the level in front, or systemd's <c>&lt;6&gt;</c> where the journal
/// reads it. Standard output belongs to the tunnel. Nobody waits for it to be written.
/// </summary>
internal sealed class LineLog : ILoggerFactory
{
    public const string StandardError = "stderr";

    private readonly LogLevel _level;
    private readonly bool _forJournal;
    private readonly TimeProvider _time;
    private readonly LineWriter _writer;

    public LineLog(Stream output, LogLevel level, bool forJournal, TimeProvider time)
    {
        (_level, _forJournal, _time) = (level, forJournal, time);
        _writer = new LineWriter(output, lost => Line(LogLevel.Warning, "log", $"{lost} lines were lost, since nobody took them"));
    }

    /// <param name="target"><see cref="StandardError"/> or a file.</param>
    /// <param name="level">The lowest that is written.</param>
    /// <exception cref="FormatException">The file cannot be written.</exception>
    public static LineLog Open(string target, LogLevel level)
    {
        if (target == StandardError)
        {
            var journal = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JOURNAL_STREAM"));
            return new LineLog(AppendedFile.OpenStandardError(), level, journal, TimeProvider.System);
        }

        try
        {
            return new LineLog(AppendedFile.Open(target), level, forJournal: false, TimeProvider.System);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"--log {target}: {e.Message}", e);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() => _writer.Dispose();

    private byte[] Line(LogLevel at, string category, string text)
    {
        var (name, priority) = at switch
        {
            LogLevel.Trace => ("trace", '7'),
            LogLevel.Debug => ("debug", '7'),
            LogLevel.Information => ("info", '6'),
            LogLevel.Warning => ("warning", '4'),
            LogLevel.Error => ("error", '3'),
            _ => ("critical", '2'),
        };
        var head = _forJournal ? $"<{priority}>" : $"{_time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {name} ";
        return Encoding.UTF8.GetBytes($"{head}{category}: {OneLine(text)}\n");
    }

    // a peer's text must not begin a line of its own
    private static string OneLine(string text) => string.Create(text.Length, text, (line, from) =>
    {
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = char.IsControl(from[i]) ? ' ' : from[i];
        }
    });

    private sealed class Category(LineLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= log._level && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var text = formatter(state, exception);
                log._writer.Add(log.Line(logLevel, name, exception is null ? text : $"{text}: {exception.Message}"));
            }
        }
    }
}
