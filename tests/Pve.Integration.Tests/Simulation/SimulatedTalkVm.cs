using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>A simulated QEMU.</summary>
internal sealed class SimulatedTalkVm(SimulatedQemu qemu) : ITalkVm, IAsyncDisposable
{
    private QmpClient? _client;

    public QmpClient Client => _client!;

    public Task<int> Exited => qemu.Exited;

    public async Task ConnectAsync(TimeProvider time, CancellationToken cancellationToken)
        => _client = await QmpClient.ConnectAsync(qemu.OpenMonitor(), qemu.Name, new QmpClientOptions { TimeProvider = time }, cancellationToken);

    public void Kill() => qemu.Kill();

    public void Freeze() => qemu.Freeze();

    public void Thaw() => qemu.Thaw();

    public async ValueTask DisposeAsync()
    {
        await qemu.DisposeAsync();
        await Client.DisposeAsync();
    }
}
