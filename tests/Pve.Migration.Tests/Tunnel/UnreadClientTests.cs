using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>A peer that speaks and does not read: whoever waits to be read keeps nobody else waiting.</summary>
public sealed class UnreadClientTests : IMtunnelTransport
{
    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _said = new();
    private readonly Pipe _unread = new(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));

    string IMtunnelTransport.Name => "peer that does not read";

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private MtunnelClientOptions Options => new() { TimeProvider = _time };

    Task<IMtunnelConnection> IMtunnelTransport.ConnectAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IMtunnelConnection>(new Connection(_said.Reader, _unread.Writer));

    [Fact]
    public async Task The_question_for_the_version_is_given_up()
    {
        await SayAsync("tunnel online\nver 2\n");
        await using MtunnelClient client = await MtunnelClient.OpenAsync(this, Options, Test);
        Task quitting = client.QuitAsync(Test);
        await PassAsync(quitting);
        Assert.True(client.Negotiated.IsFaulted);
    }

    [Fact]
    public async Task A_wake_is_given_up_and_the_next_command_knows_that_nothing_was_sent()
    {
        await SayAsync("tunnel online\nver 1\n");
        await using MtunnelClient client = await MtunnelClient.OpenAsync(this, Options, Test);
        Task waking = client.WakeAsync();
        Task<TimeSpan> resuming = client.ResumeAsync(100, Test);
        await PassAsync(waking);
        await Assert.ThrowsAsync<MtunnelFaultedException>(() => resuming);
        await client.QuitAsync(Test);
    }

    private async Task SayAsync(string text) => await _said.Writer.WriteAsync(Encoding.ASCII.GetBytes(text), Test);

    private async Task PassAsync(Task waited)
    {
        while (!waited.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await waited;
    }

    private sealed record Connection(PipeReader Input, PipeWriter Output) : IMtunnelConnection
    {
        public Task<string> Ended { get; } = new TaskCompletionSource<string>().Task;

        public ValueTask DisposeAsync() => Input.CompleteAsync();
    }
}
