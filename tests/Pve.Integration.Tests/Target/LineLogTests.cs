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
    public async Task A_text_stays_on_one_line(bool forJournal, LogLevel level, string line)
    {
        using var output = new Output(isOpen: true);
        using (var log = new LineLog(output, LogLevel.Information, forJournal, new FakeTimeProvider(new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero))))
        {
            log.CreateLogger("Some.Space.mtunnel").Log(level, new IOException("what\r\u00e9 is"), "one\n<0>two");
        }

        Assert.Equal(line, await output.ReadAsync());
    }

    [Fact]
    public async Task An_output_that_takes_nothing_holds_nobody_up()
    {
        using var output = new Output(isOpen: false);
        using (var log = new LineLog(output, LogLevel.Information, forJournal: true, TimeProvider.System))
        {
            var logger = log.CreateLogger("mtunnel");
            logger.LogInformation("line 0");
            await output.Reached.WaitAsync(TestContext.Current.CancellationToken);
            for (var i = 1; i < 3000; i++)
            {
                logger.LogInformation("line {Number}", i);
            }

            output.Open();
        }

        var kept = Enumerable.Range(0, 1001).Select(i => $"<6>mtunnel: line {i}\n");
        Assert.Equal($"{string.Concat(kept)}<4>log: 1999 lines were lost, since nobody took them\n", await output.ReadAsync());
    }

    private sealed class Output(bool isOpen) : MemoryStream
    {
        private readonly ManualResetEventSlim _open = new(isOpen);
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void Open() => _open.Set();

        /// <summary>All of it, once it was closed.</summary>
        public async Task<string> ReadAsync()
        {
            await _closed.Task.WaitAsync(TestContext.Current.CancellationToken);
            return Encoding.UTF8.GetString(ToArray());
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _reached.TrySetResult();
            _open.Wait();
            base.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _closed.TrySetResult();
        }
    }
}
