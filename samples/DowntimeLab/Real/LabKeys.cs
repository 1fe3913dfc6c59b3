namespace DowntimeLab.Real;

/// <summary>Keys and configurations that let ssh into the target's namespace, and nowhere else.</summary>
internal sealed class LabKeys
{
    public const string TargetHost = "target";

    private LabKeys(string folder) => Folder = folder;

    public string Folder { get; }

    public string Host => Path.Combine(Folder, "host");

    public string Authorized => Path.Combine(Folder, "user.pub");

    public string ClientConfig => Path.Combine(Folder, "client.conf");

    public static async Task<LabKeys> CreateAsync(string folder)
    {
        var keys = new LabKeys(folder);
        foreach (var key in new[] { "host", "user" })
        {
            await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", Path.Combine(folder, key));
        }

        var known = Path.Combine(folder, "known_hosts");
        await File.WriteAllTextAsync(known, $"{TargetHost} {await File.ReadAllTextAsync(keys.Host + ".pub")}");
        await File.WriteAllTextAsync(
            keys.ClientConfig,
            $"""
            Host {TargetHost}
                HostName {LabNetwork.TargetAddress}
                HostKeyAlias {TargetHost}
                User root
                IdentityFile {Path.Combine(folder, "user")}
                IdentitiesOnly yes
                IdentityAgent none
                StrictHostKeyChecking yes
                UserKnownHostsFile {known}
                GlobalKnownHostsFile /dev/null

            """);
        return keys;
    }
}
