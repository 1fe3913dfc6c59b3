using System.Text.Json;
using Mtunnel.Hosting;
using Pve.Migration;

namespace Mtunnel.Serving;

/// <summary>One command without a tunnel: the old way, one ssh each.</summary>
internal static class OneCommand
{
    /// <returns>What is to be printed; null for nothing.</returns>
    /// <exception cref="MtunnelRefusedException">It was not done.</exception>
    public static async Task<string?> RunAsync(TargetHost host, string command, int vmid, CancellationToken cancellationToken)
    {
        if (command == "resume")
        {
            await host.ResumeAsync(vmid, cancellationToken);
            return null;
        }

        var answer = await host.ExecuteAsync(new MtunnelRequest(vmid, command, default), cancellationToken);
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("status", out var status) ? status.GetString() : null;
    }
}
