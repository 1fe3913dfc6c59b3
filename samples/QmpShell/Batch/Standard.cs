using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace QmpShell.Batch;

/// <summary>Standard input and output as a script needs them.</summary>
internal static class Standard
{
    private const int BrokenPipe = 32; // EPIPE, which the runtime hands on as it is

    /// <summary>The lines of standard input as they come.</summary>
    public static async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync(cancellationToken).AsTask().WaitAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Whether nobody reads standard output any more, as behind <c>| head</c>; that is no failure to speak of.</summary>
    public static bool IsUnread(Exception e) => e.HResult == BrokenPipe;

    /// <summary>Standard output, each write at once; it fails when nobody reads any more.</summary>
    public static TextWriter OpenOutput() => new StreamWriter(OpenStream(), new UTF8Encoding(false)) { AutoFlush = true };

    // The console's own stream keeps quiet about a reader that has gone, and watching would go on for ever. Only a pipe has a
    // reader; in a file a stream of ours would not move the offset that other programs write on from.
    private static Stream OpenStream()
    {
        if (OperatingSystem.IsWindows())
        {
            return Console.OpenStandardOutput();
        }

        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }
}
