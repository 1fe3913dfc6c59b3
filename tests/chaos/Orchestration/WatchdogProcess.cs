using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Pve.Migration;

namespace Pve.Chaos.Orchestration;

/// <summary>The holder beside the source, which outlives who migrates.</summary>
internal sealed class WatchdogProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Process _process;

    private WatchdogProcess(Process process)
    {
        _process = process;
        var pipe = new Pipes(PipeReader.Create(process.StandardOutput.BaseStream), PipeWriter.Create(process.StandardInput.BaseStream));
        Watchdog = new SwitchoverWatchdog(pipe, Patience);
    }

    public SwitchoverWatchdog Watchdog { get; }

    public static WatchdogProcess Start(Assignment assignment)
    {
        string[] arguments = ["watch", Assignment.VmId.ToString(CultureInfo.InvariantCulture), "--qmp-dir", assignment.SourceFolder];
        return new WatchdogProcess(Process.Start(new ProcessStartInfo(assignment.Mtunnel, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")) },
        })!);
    }

    public async ValueTask DisposeAsync()
    {
        await Watchdog.DisposeAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
