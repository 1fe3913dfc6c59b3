using System.IO.Pipelines;

namespace Mtunnel;

/// <summary>Standard input and output as one pipe.</summary>
/// <remarks>
/// Input has a thread of its own, and what comes in is answered on it: between a command and its reply no other thread has to wake up. It
/// waits for input until the program ends.
/// </remarks>
internal sealed class StandardPipe : IDuplexPipe
{
    private readonly Pipe _input = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    public StandardPipe()
        => new Thread(Pump) { IsBackground = true, Name = "standard input" }.Start();

    public PipeReader Input => _input.Reader;

    public PipeWriter Output { get; } = PipeWriter.Create(new StandardOutput());

    private void Pump()
    {
        Exception? broken = null;
        try
        {
            using var input = Console.OpenStandardInput();
            int read;
            while ((read = input.Read(_input.Writer.GetSpan())) > 0)
            {
                _input.Writer.Advance(read);
                if (_input.Writer.FlushAsync().AsTask().GetAwaiter().GetResult().IsCompleted)
                {
                    return; // nobody reads any more
                }
            }
        }
        catch (IOException e)
        {
            broken = e;
        }
        finally
        {
            _input.Writer.Complete(broken);
        }
    }
}
