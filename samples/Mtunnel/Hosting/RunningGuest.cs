using Pve.Migration;
using Pve.Qmp;

namespace Mtunnel.Hosting;

/// <summary>A QEMU that was started here and waits for its guest: its process, and a monitor of our own.</summary>
internal sealed class RunningGuest : IAsyncDisposable
{
    private static readonly TimeSpan QuitPatience = TimeSpan.FromSeconds(5);

    private readonly Child _child;
    private readonly GuestPaths _paths;

    private RunningGuest(Child child, QmpClient monitor, GuestPaths paths) => (_child, Monitor, _paths) = (child, monitor, paths);

    public QmpClient Monitor { get; }

    public int Pid => _child.Pid;

    public bool HasExited => _child.Exited.IsCompleted;

    /// <summary>Starts it and waits until its main loop answers. After a failure nothing of it is left.</summary>
    /// <exception cref="MtunnelRefusedException">It did not start; the message has what it said.</exception>
    public static async Task<RunningGuest> StartAsync(
        IReadOnlyList<string> line, GuestPaths paths, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var path in paths.Sockets)
        {
            if (SocketFile.IsListenedAt(path))
            {
                throw new MtunnelRefusedException($"somebody listens at {path}: VM {paths.Vmid} runs already, or has to be ended first");
            }

            File.Delete(path);
        }

        Child? child = null;
        try
        {
            await using var listener = QmpListener.Listen(QmpEndpoint.Unix(paths.Start));
            child = Child.Start(line, paths.RunFolder, staysBehind: true, time);
            var monitor = await AwaitMonitorAsync(listener, child, patience, time, cancellationToken);
            return new RunningGuest(child, monitor, paths);
        }
        catch (Exception e)
        {
            if (child is not null)
            {
                await child.EndAsync(TimeSpan.Zero);
                child.Dispose();
            }

            RemoveSockets(paths);
            throw e is QmpException ? new MtunnelRefusedException(Failure(e.Message, child)) : e;
        }
    }

    /// <summary>Ends the process, whatever it does, and returns when it has been reaped and its sockets are gone.</summary>
    public async Task EndAsync()
    {
        try
        {
            await Monitor.ExecuteAsync(QmpCommands.Quit, new QmpCallOptions { ReplyTimeout = QuitPatience });
            await _child.EndAsync(QuitPatience);
        }
        catch (QmpException)
        {
            await _child.EndAsync(TimeSpan.Zero); // it is gone, or beyond being asked
        }

        await Monitor.DisposeAsync();
        RemoveSockets(_paths);
    }

    /// <summary>What it said, behind a text.</summary>
    public string Explain(string text) => Failure(text, _child);

    /// <summary>Lets go of it; it runs on.</summary>
    public async ValueTask DisposeAsync()
    {
        await Monitor.DisposeAsync();
        _child.Dispose();
    }

    private static async Task<QmpClient> AwaitMonitorAsync(
        QmpListener listener, Child child, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var accepting = listener.AcceptAsync(new QmpClientOptions { ConnectTimeout = patience, TimeProvider = time }, giveUp.Token);
        await Task.WhenAny(accepting, child.Exited);
        if (!accepting.IsCompleted)
        {
            await giveUp.CancelAsync();
            await accepting.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw new MtunnelRefusedException(Failure($"QEMU ended with exit code {await child.Exited} before it answered", child));
        }

        try
        {
            return await accepting;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MtunnelRefusedException(Failure($"QEMU did not answer within {patience.TotalSeconds:0.#} s", child));
        }
    }

    private static string Failure(string text, Child? child) => child?.Said is { Length: > 0 } said ? $"{text}: {said}" : text;

    private static void RemoveSockets(GuestPaths paths)
    {
        foreach (var path in paths.Sockets)
        {
            SocketFile.RemoveDead(path);
        }
    }
}
