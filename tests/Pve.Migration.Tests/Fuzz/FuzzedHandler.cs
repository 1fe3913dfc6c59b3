using System.Globalization;
using System.Text.Json;

namespace Pve.Migration.Tests.Fuzz;

/// <summary>Notes what it is asked for, and answers a resume by its VM's id: some are done, some refused, some fail.</summary>
internal sealed class FuzzedHandler : IMtunnelHandler
{
    public static readonly string[] Names = ["config", "nbdstop", "status", "ticket", "unlock", "set-replication-state", "disk", "start"];

    public List<string> Calls { get; } = [];

    public IReadOnlyCollection<string> Commands => Names;

    public static string Resume(int vmid) => string.Create(CultureInfo.InvariantCulture, $"resume {vmid}");

    public static bool IsResumed(int vmid) => vmid % 3 == 0;

    Task IMtunnelHandler.ResumeAsync(int vmid, CancellationToken cancellationToken)
    {
        Calls.Add(Resume(vmid));
        return IsResumed(vmid) ? Task.CompletedTask : Task.FromException(
            vmid % 3 == 1 ? new MtunnelRefusedException("no\nOK\r\n") : new InvalidOperationException("broken\nOK\n"));
    }

    Task<JsonElement> IMtunnelHandler.ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken)
    {
        Calls.Add(request.Command);
        return Task.FromResult(JsonElement.Parse("""{"success": false, "said": "a\nb"}"""));
    }

    Task IMtunnelHandler.CleanUpAsync(int vmid, CancellationToken cancellationToken)
    {
        Calls.Add("clean up");
        return Task.CompletedTask;
    }
}
