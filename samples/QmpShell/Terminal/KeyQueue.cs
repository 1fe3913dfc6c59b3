using System.Threading.Channels;

namespace QmpShell.Terminal;

/// <summary>Keys as they are pressed. What is typed while a command runs waits for the next line.</summary>
internal sealed class KeyQueue(ChannelReader<ConsoleKeyInfo> keys)
{
    private readonly Queue<ConsoleKeyInfo> _ahead = new();

    /// <summary>Reads the console's keys on a thread of its own, which ends with the program.</summary>
    public static KeyQueue OfConsole()
    {
        var keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
        Console.TreatControlCAsInput = true;
        var reading = new Thread(() =>
        {
            try
            {
                while (true)
                {
                    keys.Writer.TryWrite(Console.ReadKey(intercept: true));
                }
            }
            catch (Exception e) when (e is InvalidOperationException or IOException)
            {
                keys.Writer.TryComplete(); // the terminal has gone
            }
        })
        {
            IsBackground = true,
            Name = "keys",
        };
        reading.Start();
        return new KeyQueue(keys.Reader);
    }

    /// <summary>The next key.</summary>
    /// <exception cref="ChannelClosedException">The terminal has gone.</exception>
    public ValueTask<ConsoleKeyInfo> ReadAsync(CancellationToken cancellationToken)
        => _ahead.TryDequeue(out var key) ? ValueTask.FromResult(key) : keys.ReadAsync(cancellationToken);

    /// <summary>Completes when Ctrl-C is pressed; the keys before it are kept.</summary>
    public async Task WaitForInterruptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var key = await keys.ReadAsync(cancellationToken);
            if (key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control })
            {
                return;
            }

            _ahead.Enqueue(key);
        }
    }
}
