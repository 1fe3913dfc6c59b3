using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Mtunnel.Logging;

namespace Pve.Integration.Tests.Target;

/// <summary>What one line of the log looks like.</summary>
public sealed class LineLogTests
{
    [Theory]
    [InlineData(true, LogLevel.Warning, "<4>mtunnel: one <0>two: what \u00e9 is\n")]
    [InlineData(false, LogLevel.Error, "2026-11-28T00:00:00.000Z error mtunnel: one <0>two: what \u00e9 is\n")]
    [InlineData(false, LogLevel.Debug, "")]
    public void A_text_stays_on_one_line(bool forJournal, LogLevel level, string line)
    {
        using var output = new MemoryStream();
        using (var log = new LineLog(output, LogLevel.Information, forJournal, new FakeTimeProvider(new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero))))
        {
            log.CreateLogger("Some.Space.mtunnel").Log(level, new IOException("what\r\u00e9 is"), "one\n<0>two");
        }

        Assert.Equal(line, Encoding.UTF8.GetString(output.ToArray()));
    }
}
