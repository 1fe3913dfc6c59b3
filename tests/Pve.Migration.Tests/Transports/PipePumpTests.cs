using System.IO.Pipelines;
using System.IO.Pipes;
using Pve.Migration.Transports;

namespace Pve.Migration.Tests.Transports;

public sealed class PipePumpTests : IDisposable
{
    private readonly AnonymousPipeServerStream _child = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _output;

    public PipePumpTests() => _output = new AnonymousPipeClientStream(PipeDirection.In, _child.ClientSafePipeHandle);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _output.Dispose();
        _child.Dispose();
    }

    [Fact]
    public async Task CarriesWhatIsWrittenUntilTheEnd()
    {
        var pipe = new Pipe();
        using var pump = PipePump.Start(_output, pipe.Writer, "child");

        byte[] sent = new byte[300_000]; // more than a pipe of the kernel's, or one of ours, holds at once
        Random.Shared.NextBytes(sent);
        Task write = Task.Run(
            () =>
            {
                _child.Write(sent);
                _child.Dispose();
            },
            Token);
        byte[] received = new byte[sent.Length];
        await pipe.Reader.AsStream().ReadExactlyAsync(received, Token);
        await write;
        await pump.Completion.WaitAsync(Token);

        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task CanBeDisposedWhileTheOtherEndStaysOpenAndSilent()
    {
        using var pump = PipePump.Start(_output, new Pipe().Writer, "child");

        pump.Dispose();
        pump.Dispose();

        await pump.Completion.WaitAsync(Token);
    }

    [Fact]
    public async Task CanBeDisposedWhileNobodyTakesWhatItCarries()
    {
        var pipe = new Pipe(new System.IO.Pipelines.PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        using var pump = PipePump.Start(_output, pipe.Writer, "child");
        _child.Write("OK\n"u8);
        ReadResult read = await pipe.Reader.ReadAtLeastAsync(3, Token);
        pipe.Reader.AdvanceTo(read.Buffer.Start); // there it stays

        pump.Dispose();

        await pump.Completion.WaitAsync(Token);
    }

    [Fact]
    public async Task EndsWhenItsReaderDoes()
    {
        var pipe = new Pipe();
        using var pump = PipePump.Start(_output, pipe.Writer, "child");
        await pipe.Reader.CompleteAsync();

        _child.Write("OK\n"u8);

        await pump.Completion.WaitAsync(Token);
        pump.Dispose();
    }
}
