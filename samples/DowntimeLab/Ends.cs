using System.Runtime.ExceptionServices;

namespace DowntimeLab;

/// <summary>The ends of things that belong together.</summary>
internal static class Ends
{
    /// <summary>Does each, whatever becomes of the others; the first failure is thrown once all are done.</summary>
    public static async Task AllAsync(IEnumerable<Func<Task>> ends)
    {
        ExceptionDispatchInfo? first = null;
        foreach (var end in ends)
        {
            try
            {
                await end();
            }
            catch (Exception e)
            {
                first ??= ExceptionDispatchInfo.Capture(e);
            }
        }

        first?.Throw();
    }
}
