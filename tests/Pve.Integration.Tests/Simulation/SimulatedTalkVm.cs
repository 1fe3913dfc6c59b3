using System.Threading.Channels;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>A simulated QEMU.</summary>
/// <param name="qemu">It.</param>
/// <param name="isUnreadable">Whether its guest is stopped as soon as it runs, since a disk of it cannot be read.</param>
internal sealed class SimulatedTalkVm(SimulatedQemu qemu, bool isUnreadable) : ITalkVm, IAsyncDisposable
{
    private QmpClient? _client;
    private Task _reading = Task.CompletedTask;

    public QmpClient Client => _client!;

    public Task<int> Exited => qemu.Exited;

    public async Task ConnectAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        _client = await QmpClient.ConnectAsync(qemu.OpenMonitor(), qemu.Name, new QmpClientOptions { TimeProvider = time }, cancellationToken);
        if (isUnreadable)
        {
            _reading = ReadAsync(_client.Subscribe("RESUME"), cancellationToken);
        }
    }

    public void Kill() => qemu.Kill();

    public void Freeze() => qemu.Freeze();

    public void Thaw() => qemu.Thaw();

    public async ValueTask DisposeAsync()
    {
        await qemu.DisposeAsync();
        await Client.DisposeAsync();
        await _reading;
    }

    private async Task ReadAsync(QmpEventSubscription resumed, CancellationToken cancellationToken)
    {
        using (resumed)
        {
            try
            {
                await resumed.ReadAsync(cancellationToken);
                qemu.FailGuestWrite();
            }
            catch (Exception e) when (e is QmpException or ChannelClosedException)
            {
                // it never ran
            }
        }
    }
}
