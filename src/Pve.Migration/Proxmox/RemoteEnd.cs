using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Proxmox;

// How a remote cluster's VM is, and how it is ended: over the tunnel, with the API as the witness.
internal sealed class RemoteEnd(PveApiTransportOptions api, ILogger logger)
{
    private static readonly TimeSpan GonePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GonePoll = TimeSpan.FromMilliseconds(500);

    private readonly PveApi _calls = new(api);

    public async Task<PveApiAnswer> AskStateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _calls.AskAsync("status/current", cancellationToken).ConfigureAwait(false);
        }
        catch (MtunnelConnectionException e)
        {
            return new PveApiAnswer(default, e.Message);
        }
    }

    // Returns once its process is gone.
    public async Task StopAsync(MtunnelClient tunnel, CancellationToken cancellationToken)
    {
        string? failure = null;
        try
        {
            await tunnel.ExecuteAsync(MtunnelVocabulary.Stop, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (MtunnelException e)
        {
            failure = e.Message;
        }

        TimeProvider time = api.TimeProvider;
        long began = time.GetTimestamp();
        while (true)
        {
            PveApiAnswer answer = await AskStateAsync(cancellationToken).ConfigureAwait(false);
            RemoteState? state = answer.Complaint is null ? RemoteState.Read(answer.Data) : null;
            if (state is { HasProcess: false } || RemoteState.IsOfNoVm(answer.Complaint))
            {
                return;
            }

            if (state is null && failure is null)
            {
                logger.RemoteStateNotAsked(api.Name, answer.Complaint ?? "the answer is not understood");
                return;
            }

            if (state is null || time.GetElapsedTime(began) > GonePatience)
            {
                throw NotProven(failure, state is null ? answer.Complaint ?? "its state is not understood" : $"the node says that it is {SecretMask.Apply(state.Value.Text, api.Secret)}");
            }

            await Task.Delay(GonePoll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task CleanUpAsync(MtunnelClient tunnel, CancellationToken cancellationToken)
    {
        string? failure = tunnel.FaultReason;
        if (failure is null)
        {
            try
            {
                await tunnel.QuitAndCleanUpAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (MtunnelException e)
            {
                failure = e.Message;
            }
        }

        if (failure is not null)
        {
            logger.RemoteNotCleanedUp(api.Name, api.VmId, failure);
        }
    }

    private MigrationTargetException NotProven(string? failure, string state)
    {
        string vm = PveNames.Text(api.VmId);
        return new MigrationTargetException(
            $"{api.Name}: the QEMU of VM {vm} could not be proven dead: {(failure is null ? "'stop' succeeded" : $"'stop' failed ({failure})")}, and {state}.",
            $"On {api.Node}: qm stop {vm} --skiplock, then qm destroy {vm} --skiplock.");
    }
}
