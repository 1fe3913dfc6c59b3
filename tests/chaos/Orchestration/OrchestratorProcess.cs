using System.Diagnostics;
using System.Text.Json;

namespace Pve.Chaos.Orchestration;

/// <summary>An orchestrator, from outside.</summary>
internal sealed class OrchestratorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _atTheMoment = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string> _errors;

    private OrchestratorProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        Ending = ReadAsync();
    }

    public int Pid => _process.Id;

    /// <summary>Completes when it has come to the moment that it was to announce; never where it does not come there.</summary>
    public Task AtTheMoment => _atTheMoment.Task;

    /// <summary>What it told at its end; null where it was killed before.</summary>
    public Task<Ending?> Ending { get; }

    /// <summary>What it wrote where it failed.</summary>
    public Task<string> Errors => _errors;

    public static async Task<OrchestratorProcess> StartAsync(string file, Assignment assignment, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(assignment, OrchestrationJson.Default.Assignment), cancellationToken);
        return new OrchestratorProcess(Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["orchestrate", file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>Tells it to go on, where it waits.</summary>
    public async Task GoOnAsync()
    {
        try
        {
            await _process.StandardInput.WriteLineAsync();
        }
        catch (IOException)
        {
            // it is gone
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await Ending;
        _process.Dispose();
    }

    private async Task<Ending?> ReadAsync()
    {
        var ending = default(Ending);
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == Orchestrator.AtTheMoment)
            {
                _atTheMoment.TrySetResult();
            }
            else
            {
                ending = JsonSerializer.Deserialize(line, OrchestrationJson.Default.Ending);
            }
        }

        return ending;
    }
}
