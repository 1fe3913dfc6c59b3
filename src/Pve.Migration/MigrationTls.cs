namespace Pve.Migration;

/// <summary>
/// TLS between both QEMUs, for the RAM and for disks that are mirrored. It names folders that the QEMUs themselves read, each on its own host. What is
/// checked before, where both folders may be this host's, reads the certificates and <c>keys.psk</c> there; no key leaves that check.
/// </summary>
/// <remarks>
/// Where both monitors are QEMUs' own unix sockets on this host, and this process may read the files, what does not go together ends the migration before
/// anything is touched. Else, as with a target behind ssh, it may be warned of, and QEMU finds it at the copy: the guest runs on, and all is undone.
/// </remarks>
public sealed record MigrationTls
{
    private MigrationTls(string sourceDirectory, string targetDirectory, string? userName)
        => (SourceDirectory, TargetDirectory, UserName) = (sourceDirectory, targetDirectory, userName);

    /// <summary>With certificates.</summary>
    /// <remarks>Either way, a target's folder without <c>dh-params.pem</c> makes some QEMUs compute it, which holds the target for seconds.</remarks>
    /// <param name="sourceDirectory">The source's folder: <c>ca-cert.pem</c>, <c>client-cert.pem</c> and <c>client-key.pem</c>.</param>
    /// <param name="targetDirectory">The target's folder: <c>ca-cert.pem</c>, <c>server-cert.pem</c> and <c>server-key.pem</c>.</param>
    public static MigrationTls X509(string sourceDirectory, string targetDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceDirectory);
        ArgumentException.ThrowIfNullOrEmpty(targetDirectory);
        return new MigrationTls(sourceDirectory, targetDirectory, null);
    }

    /// <summary>With a key that both have.</summary>
    /// <param name="sourceDirectory">The source's folder, with <c>keys.psk</c>.</param>
    /// <param name="targetDirectory">The target's folder, with <c>keys.psk</c>.</param>
    /// <param name="userName">Whose key it is, of those in the file.</param>
    public static MigrationTls Psk(string sourceDirectory, string targetDirectory, string userName = "qemu")
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceDirectory);
        ArgumentException.ThrowIfNullOrEmpty(targetDirectory);
        ArgumentException.ThrowIfNullOrEmpty(userName);
        return new MigrationTls(sourceDirectory, targetDirectory, userName);
    }

    /// <summary>The folder on the source's host.</summary>
    public string SourceDirectory { get; }

    /// <summary>The folder on the target's host.</summary>
    public string TargetDirectory { get; }

    /// <summary>Whose key it is; null with certificates.</summary>
    public string? UserName { get; }

    /// <summary>
    /// The name, or IP address, that the target's certificate must have; unless set that of the address which the source connects to, which only
    /// <c>tcp:</c> has.
    /// </summary>
    public string? HostName { get; init; }

    /// <summary>The distinguished name that the source's certificate must have, such as <c>CN=node1</c>; any that its authority signed unless set.</summary>
    public string? ClientName { get; init; }

    internal bool UsesCertificates => UserName is null;

    internal void Validate()
    {
        if (!UsesCertificates && (HostName ?? ClientName) is not null)
        {
            throw new ArgumentException($"{nameof(HostName)} and {nameof(ClientName)} are those of certificates; a key that both have is for no name.");
        }

        if (HostName is "" || ClientName is "")
        {
            throw new ArgumentException($"{nameof(HostName)} or {nameof(ClientName)} is empty; leave it null, or give a name.");
        }
    }
}
