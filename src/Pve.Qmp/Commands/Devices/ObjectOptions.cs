using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>An object to be: the arguments of <c>object-add</c>.</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new TlsCredsX509Object("tls0") { Dir = "/etc/pki/qemu", Endpoint = TlsCredsEndpoint.Server },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
[JsonDerivedType(typeof(SecretObject))]
[JsonDerivedType(typeof(TlsCredsX509Object))]
[JsonDerivedType(typeof(TlsCredsPskObject))]
[JsonDerivedType(typeof(TlsCredsAnonObject))]
[JsonDerivedType(typeof(AuthzSimpleObject))]
[JsonDerivedType(typeof(IothreadObject))]
[JsonDerivedType(typeof(ThrottleGroupObject))]
[JsonDerivedType(typeof(MemoryBackendRamObject))]
[JsonDerivedType(typeof(MemoryBackendFileObject))]
[JsonDerivedType(typeof(MemoryBackendMemfdObject))]
[JsonDerivedType(typeof(ObjectOptionsOther))]
public abstract record ObjectOptions(string Id) : QmpObject
{
    /// <summary>Its type.</summary>
    public abstract string QomType { get; }
}
