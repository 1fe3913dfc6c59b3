using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DowntimeLab.Real;

/// <summary>An sshd of its own in a namespace; it ends with this process, however that ends.</summary>
internal sealed class LabSshd : IAsyncDisposable
{
    // It waits for the end of its input, which comes when we close it or are gone. PR_SET_PDEATHSIG would go by the thread that started it.
    // What sshd says it says alone: the end of that is sshd's own, and the keeper must not hold it open.
    private const string Keeper = "\"$@\" & sshd=$!; exec 2>&-; read -r _; kill $sshd; wait $sshd";

    private readonly Process _process;
    private readonly Task _log;

    private LabSshd(Process process) => (_process, _log) = (process, process.StandardError.ReadToEndAsync());

    public static async Task<LabSshd> StartAsync(string sshd, string name, string address, LabKeys keys, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory("/run/sshd"); // where it locks its unprivileged half in
        var config = Path.Combine(keys.Folder, $"sshd-{address}.conf");
        await File.WriteAllTextAsync(config, Config(address, keys), cancellationToken);
        string[] command = [.. LabNetwork.Inside(name), sshd, "-D", "-e", "-f", config];
        var process = Process.Start(new ProcessStartInfo("sh", ["-c", Keeper, "sh", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var heard = "";
            while (await process.StandardError.ReadLineAsync(cancellationToken) is { } said)
            {
                heard += " " + said;
                if (said.StartsWith("Server listening", StringComparison.Ordinal))
                {
                    return new LabSshd(process);
                }
            }

            throw new LabException($"sshd did not start at {address}:{(heard.Length == 0 ? " it said nothing." : heard)}", exitCode: 2);
        }
        catch
        {
            await EndAsync(process);
            process.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(_process);
        await _log.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a session may hold it a moment longer
        _process.Dispose();
    }

    private static Task EndAsync(Process keeper)
    {
        keeper.StandardInput.Close();
        return keeper.WaitForExitAsync();
    }

    // Programs over there get little environment; .NET's, where mtunnel is not native, must be found. HOME is ours: what the .bashrc of whoever runs the
    // lab does at each ssh (measured: 1 s of work for a version manager) is nothing that a node's does.
    private static string Config(string address, LabKeys keys)
        => $"""
        Port 22
        ListenAddress {address}
        HostKey {keys.Host}
        AuthorizedKeysFile {keys.Authorized}
        PidFile none
        StrictModes no
        UsePAM no
        PermitRootLogin yes
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        AllowStreamLocalForwarding yes
        PrintMotd no
        UseDNS no
        SetEnv "DOTNET_ROOT={Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))}" "HOME={keys.Folder}"

        """;
}
