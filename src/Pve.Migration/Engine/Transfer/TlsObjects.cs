using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Transfer;

/// <summary>The objects that both QEMUs take their TLS from; they are there for the time of the migration.</summary>
internal sealed class TlsObjects(RunContext run, SourceVm source, TargetVm target)
{
    public const string Name = "make TLS ready";

    private readonly MigrationTls? _tls = run.Request.Transfer.Tls;
    private readonly string _credentials = CredentialsOf(run.Request.VmId);
    private readonly string? _authorization = run.Request.Transfer.Tls?.ClientName is null ? null : AuthorizationOf(run.Request.VmId);

    /// <summary>What the source is told of it.</summary>
    public MigrationParameters OnSource(MigrationParameters others)
        => _tls is null ? others : others with { TlsCreds = _credentials, TlsHostname = _tls.HostName ?? "" };

    /// <summary>What the target is told of it.</summary>
    /// <remarks>
    /// An empty tls-authz, though QEMU 7.2 says that it has it, lets nobody in once it was set: so it is not set here. What puts a QEMU back does set it, where
    /// nothing comes in any more.
    /// </remarks>
    public MigrationParameters OnTarget(MigrationParameters others)
        => _tls is null ? others : others with { TlsCreds = _credentials, TlsAuthz = _authorization };

    /// <summary>What the target's NBD server is told of it.</summary>
    public ExportTls? ForExports => _tls is null ? null : new ExportTls(_credentials, _authorization);

    /// <summary>The client of such a server.</summary>
    public BlockdevOptionsNbd OnClient(BlockdevOptionsNbd options)
        => _tls is null ? options : options with { TlsCreds = _credentials, TlsHostname = _tls.HostName };

    /// <summary>QEMU reads the files now, and says what is wrong with them.</summary>
    /// <exception cref="MigrationFailedException">It did.</exception>
    public async Task AddAsync(CancellationToken cancellationToken)
    {
        await AddAsync(source.Monitor, Credentials(_tls!.SourceDirectory, TlsCredsEndpoint.Client), cancellationToken).ConfigureAwait(false);
        await AddAsync(target.Monitor!, Credentials(_tls.TargetDirectory, TlsCredsEndpoint.Server), cancellationToken).ConfigureAwait(false);
        if (_authorization is not null)
        {
            await AddAsync(target.Monitor!, new AuthzSimpleObject(_authorization, _tls.ClientName!), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes them wherever there is still a QEMU; those that are not there are as good.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        foreach (var monitor in new[] { source.Monitor, target.Monitor }.OfType<QmpClient>().Where(monitor => !monitor.Ended.IsCompleted))
        {
            await RemoveAsync(monitor, run.Request.VmId, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What an interrupted run left at one QEMU, and the parameters that name it.</summary>
    public static async Task ForgetAsync(QmpClient monitor, int vmId, CancellationToken cancellationToken)
    {
        var parameters = await monitor.ExecuteAsync(QmpCommands.QueryMigrateParameters, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (parameters.TlsCreds == CredentialsOf(vmId))
        {
            var none = new MigrationParameters { TlsCreds = "", TlsHostname = "", TlsAuthz = "" };
            await monitor.ExecuteAsync(QmpCommands.MigrateSetParameters, none, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        await RemoveAsync(monitor, vmId, cancellationToken).ConfigureAwait(false);
    }

    private static async Task RemoveAsync(QmpClient monitor, int vmId, CancellationToken cancellationToken)
    {
        foreach (var id in new[] { CredentialsOf(vmId), AuthorizationOf(vmId) })
        {
            await monitor.TryExecuteAsync(QmpCommands.ObjectDel, new ItemId(id), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    // One of that name was left by a run that was interrupted.
    private static async Task AddAsync(QmpClient monitor, ObjectOptions options, CancellationToken cancellationToken)
    {
        await monitor.TryExecuteAsync(QmpCommands.ObjectDel, new ItemId(options.Id), cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            await monitor.ExecuteAsync(QmpCommands.ObjectAdd, options, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (QmpCommandException e)
        {
            throw new MigrationFailedException($"The QEMU at {monitor.Name} cannot use TLS: {e.Description}", "See that it may read the files, and that they belong together.", e);
        }
    }

    private ObjectOptions Credentials(string directory, TlsCredsEndpoint endpoint)
        => _tls!.UsesCertificates ? new TlsCredsX509Object(_credentials) { Dir = directory, Endpoint = endpoint }
            : endpoint == TlsCredsEndpoint.Client ? new TlsCredsPskObject(_credentials) { Dir = directory, Endpoint = endpoint, Username = _tls.UserName }
            : new TlsCredsPskObject(_credentials) { Dir = directory, Endpoint = endpoint };

    private static string CredentialsOf(int vmId) => $"migrate-{vmId}-tls";

    private static string AuthorizationOf(int vmId) => $"migrate-{vmId}-authz";
}
