using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Mtunnel;
using Mtunnel.Hosting;
using Mtunnel.Logging;
using Mtunnel.Serving;
using Pve.Migration;
using Pve.Qmp;

const int Failed = 1;
const int Interrupted = 130;

return await CommandLine.RunAsync(args, ServeAsync, OnceAsync, WatchAsync);

static Task<int> ServeAsync(TunnelOptions options, CancellationToken cancellationToken) => WithHostAsync(options, "", async (host, log) =>
{
    try
    {
        await new TunnelService(options, host, log).RunAsync(cancellationToken);
        return 0;
    }
    catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
    {
        return Interrupted;
    }
});

static Task<int> OnceAsync(TunnelOptions options, string command, CancellationToken cancellationToken)
    => WithHostAsync(options, $"{command} failed - ", async (host, _) =>
    {
        if (await OneCommand.RunAsync(host, command, options.Vmid!.Value, cancellationToken) is { } text)
        {
            await Console.Out.WriteLineAsync(text);
        }

        return 0;
    });

static Task<int> WatchAsync(TunnelOptions options, CancellationToken cancellationToken) => WithHostAsync(options, "watch failed - ", async (_, log) =>
{
    await using var source = await QmpClient.ConnectAsync(
        QmpEndpoint.Unix(options.Folders.Monitor(options.Vmid!.Value)), cancellationToken: cancellationToken);
    var holder = new SwitchoverWatchdogHolder(source, new StandardPipe());
    using var ending = new CancellationTokenSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndUnlessArmed);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndUnlessArmed);
    if (await holder.RunAsync(ending.Token))
    {
        log.CreateLogger("mtunnel").LogWarning("VM {Vmid} was given back to its source: its migrator was gone at pre-switchover", options.Vmid);
    }

    return 0;

    // What ends the migrator often goes to its whole group, and then this is what it was started for.
    void EndUnlessArmed(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (!holder.IsArmed)
        {
            ending.Cancel();
        }
    }
});

static async Task<int> WithHostAsync(TunnelOptions options, string what, Func<TargetHost, ILoggerFactory, Task<int>> act)
{
    ILoggerFactory log = options.Log is { } target ? LineLog.Open(target, options.LogLevel) : NullLoggerFactory.Instance;
    using (log)
    {
        await using var host = new TargetHost(new TargetHostOptions
        {
            Folders = options.Folders,
            Template = options.Template,
            BandwidthMiB = options.BandwidthMiB,
            Claims = options.Claims,
            OnNotConnected = options.Log is null ? text => Console.Error.WriteLine($"mtunnel: {text}") : static _ => { }, // ssh brings it to the source
            LoggerFactory = log,
        });
        try
        {
            return await act(host, log);
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception e) when (e is MtunnelException or QmpException or IOException or UnauthorizedAccessException)
        {
            var text = $"{what}{(e is MtunnelRefusedException refused ? refused.ErrorText : e.Message)}";
            log.CreateLogger("mtunnel").LogError("{Text}", text);
            if (options.Log != LineLog.StandardError)
            {
                await Console.Error.WriteLineAsync($"mtunnel: {text.ReplaceLineEndings(" ")}");
            }

            return Failed;
        }
    }
}
