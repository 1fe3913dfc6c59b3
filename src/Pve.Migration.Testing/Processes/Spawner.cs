using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pve.Migration.Testing.Processes;

/// <summary>Starts processes on one thread that lives as long as this process does.</summary>
/// <remarks>
/// PR_SET_PDEATHSIG, prctl(2): the "parent" whose death is signalled is the thread that forked, not its process. A thread of the
/// pool may end at any time, and would take its QEMUs with it.
/// </remarks>
internal static class Spawner
{
    private static readonly BlockingCollection<Action> Work = [];

    static Spawner() => new Thread(Run) { IsBackground = true, Name = "Spawner" }.Start();

    public static Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception failure)
            {
                started.SetException(failure);
            }
        });
        return started.Task;
    }

    private static void Run()
    {
        foreach (var work in Work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
