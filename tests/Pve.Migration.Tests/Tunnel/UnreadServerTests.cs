using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using Pve.Migration.Tests.Transports;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>A client that commands and does not read: its server ends, whatever carries it.</summary>
public sealed class UnreadServerTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_whose_writes_are_never_taken_ends()
    {
        var time = new FakeTimeProvider();
        var commands = new Pipe();
        var output = new Stuck();
        await commands.Writer.WriteAsync("resume 100\nresume 100\n"u8.ToArray(), Test);
        Task served = MtunnelServer.ServeAsync(
            new Ends(commands.Reader, PipeWriter.Create(output)), new Resumer(), new MtunnelServerOptions { TimeProvider = time }, Test);
        await output.Reached.WaitAsync(Test);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(served.IsCompleted);
        while (!served.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await served;
        Assert.Equal(2, output.Writes); // the greeting, the answer, and nothing was tried again
    }

    // as that of TLS, for which there may be no room
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_whose_end_is_never_taken_ends(bool isStopped)
    {
        var time = new FakeTimeProvider();
        var commands = new Pipe();
        var output = new StuckEnd();
        using var stop = new CancellationTokenSource();
        Task served = MtunnelServer.ServeAsync(
            new Ends(commands.Reader, PipeWriter.Create(output)), new Resumer(), new MtunnelServerOptions { TimeProvider = time }, stop.Token);
        await commands.Writer.CompleteAsync();
        await output.Reached.WaitAsync(Test);
        Assert.False(served.IsCompleted);
        if (isStopped)
        {
            await stop.CancelAsync();
        }

        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!served.IsCompleted)
        {
            Assert.False(late.IsCancellationRequested, "it waits");
            time.Advance(isStopped ? TimeSpan.Zero : TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await served;
    }

    [Fact]
    public async Task A_server_that_is_stopped_while_its_writes_are_not_taken_ends_and_says_so_to_its_handler()
    {
        using var stop = new CancellationTokenSource();
        var commands = new Pipe();
        var output = new Stuck();
        var handler = new Told();
        await commands.Writer.WriteAsync("resume 100\n"u8.ToArray(), Test);
        Task served = MtunnelServer.ServeAsync(
            new Ends(commands.Reader, PipeWriter.Create(output)), handler, new MtunnelServerOptions { Vmid = 100 }, stop.Token);
        await output.Reached.WaitAsync(Test);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => served.WaitAsync(TimeSpan.FromSeconds(30), Test));
        Assert.Equal(1, handler.Ended);
    }

    private sealed class Told : IMtunnelHandler
    {
        public int Ended { get; private set; }

        public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task OnTunnelEndedAsync(int vmid)
        {
            Ended++;
            return Task.CompletedTask;
        }
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Takes the first write and never a second one.</summary>
    private sealed class Stuck : MemoryStream
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public int Writes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++Writes == 1)
            {
                return ValueTask.CompletedTask;
            }

            _reached.TrySetResult();
            return new ValueTask(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken));
        }
    }

    /// <summary>Takes everything but its end.</summary>
    private sealed class StuckEnd : MemoryStream
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public override async ValueTask DisposeAsync()
        {
            _reached.TrySetResult();
            await new TaskCompletionSource().Task;
            await base.DisposeAsync();
        }
    }
}
