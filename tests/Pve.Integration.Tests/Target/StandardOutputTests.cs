using System.IO.Pipes;
using Mtunnel;

namespace Pve.Integration.Tests.Target;

/// <summary>What becomes of a reply that nobody reads.</summary>
public sealed class StandardOutputTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_not_read_is_waited_for_and_can_be_given_up()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = new AnonymousPipeClientStream(PipeDirection.In, pipe.ClientSafePipeHandle);
        await using var output = new StandardOutput(pipe, (int)pipe.SafePipeHandle.DangerousGetHandle());
        var sent = 0;
        ValueTask writing;
        while ((writing = output.WriteAsync(Bytes(5000), Cancellation)).IsCompletedSuccessfully)
        {
            sent += 5000;
        }

        // full: the last one waits, and its rest comes once somebody reads
        var first = new byte[sent + 5000 - 100];
        await reader.ReadExactlyAsync(first, Cancellation);
        await writing;
        var rest = new byte[100];
        await reader.ReadExactlyAsync(rest, Cancellation);
        byte[] last = [.. first[^4900..], .. rest];
        Assert.Equal(Bytes(5000), last);

        using var giveUp = new CancellationTokenSource();
        Task? waiting = null;
        while (waiting is null or { IsCompletedSuccessfully: true })
        {
            waiting = output.WriteAsync(Bytes(5000), giveUp.Token).AsTask();
        }

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Cancellation));
    }

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)i)];
}
