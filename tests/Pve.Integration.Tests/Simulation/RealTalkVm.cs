using System.Diagnostics;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>A QEMU process.</summary>
internal sealed class RealTalkVm : ITalkVm, IAsyncDisposable
{
    private readonly Process _process;
    private QmpClient? _client;

    public RealTalkVm(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        Exited = WaitAsync();
    }

    public QmpClient Client => _client!;

    public Task<int> Exited { get; }

    public async Task ConnectAsync(string socket, CancellationToken cancellationToken)
    {
        for (var attempt = 1; _client is null; attempt++)
        {
            try
            {
                _client = await QmpClient.ConnectAsync(QmpEndpoint.Unix(socket), cancellationToken: cancellationToken);
            }
            catch (QmpConnectionException) when (attempt < 200 && !_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, cancellationToken);
            }
        }
    }

    public void Kill() => _process.Kill();

    public void Freeze() => Signal("-STOP");

    public void Thaw() => Signal("-CONT");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await Exited;
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        _process.Dispose();
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }
}
