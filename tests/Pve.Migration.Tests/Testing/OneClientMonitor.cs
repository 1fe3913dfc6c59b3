using Nerdbank.Streams;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Migration.Tests.Testing;

/// <summary>A simulated QEMU's monitor as its socket is: who connects is greeted once those before are gone.</summary>
internal sealed class OneClientMonitor(SimulatedQemu qemu, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task _former = Task.CompletedTask;

    /// <summary>How often it was connected to.</summary>
    public int Connections { get; private set; }

    public async Task<QmpClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var (ours, qemus) = FullDuplexStream.CreatePipePair();
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task former;
        var hasLeft = false;
        lock (_gate)
        {
            (former, _former) = (_former, gone.Task);
            Connections++;
        }

        var greeting = GreetAsync();
        try
        {
            var client = await QmpClient.ConnectAsync(ours, "monitor", new QmpClientOptions { TimeProvider = time }, cancellationToken);
            _ = client.Ended.ContinueWith(_ => gone.SetResult(), TaskScheduler.Default);
            return client;
        }
        catch
        {
            hasLeft = true;
            _ = former.ContinueWith(_ => gone.SetResult(), TaskScheduler.Default); // who came later still waits for those before
            throw;
        }

        async Task GreetAsync()
        {
            await former;
            if (!hasLeft)
            {
                qemu.Serve(qemus);
            }
        }
    }
}
