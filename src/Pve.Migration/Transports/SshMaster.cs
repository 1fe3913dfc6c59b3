using System.ComponentModel;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;

namespace Pve.Migration.Transports;

// A master connection keeps a forward after the child that asked for it is gone: whoever asked has to take it back.
internal static class SshMaster
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Without a master, or without such a forward, it says so and there is nothing to do.
    public static async Task CancelForwardsAsync(SshTransportOptions options, Func<string, bool> isToGo, ILogger logger)
    {
        options = options with { Forwards = [.. options.Forwards.Where(forward => isToGo(forward.LocalPath))] };
        if (options.ControlPath is null || options.Forwards.Count == 0)
        {
            return;
        }

        try
        {
            using ChildProcess child = ChildProcess.Start(options.SshPath, SshArguments.ForCancel(options), options.TimeProvider);
            await child.EndAsync(Patience, options.TerminateGrace).ConfigureAwait(false);
            logger.ChildEnded(options.Name, $"the master was asked to give its forwards up: {await child.Exited.ConfigureAwait(false)}");
        }
        catch (Win32Exception)
        {
            // there is no ssh, which is told where it is needed
        }
    }
}
