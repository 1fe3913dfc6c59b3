namespace Pve.Migration;

/// <summary>What went wrong with an <c>ssh</c>, as far as its exit code and its words tell.</summary>
public enum SshFailureKind
{
    /// <summary>Nothing: exit code 0.</summary>
    None,

    /// <summary>The remote command itself ended with a code other than 0.</summary>
    CommandFailed,

    /// <summary>The remote command does not exist there (127), or may not be run (126).</summary>
    CommandNotFound,

    /// <summary>The host's name has no address.</summary>
    HostNotFound,

    /// <summary>Nobody listens on that port.</summary>
    ConnectionRefused,

    /// <summary>The host does not answer, or there is no route to it.</summary>
    HostUnreachable,

    /// <summary>The host's key is not known.</summary>
    HostKeyUnknown,

    /// <summary>The host's key is another one than the known.</summary>
    HostKeyChanged,

    /// <summary>The host takes none of our keys.</summary>
    PermissionDenied,

    /// <summary>A socket could not be forwarded.</summary>
    ForwardingFailed,

    /// <summary>ssh does not understand its options or its configuration.</summary>
    BadConfiguration,

    /// <summary>The connection was there and broke.</summary>
    ConnectionLost,

    /// <summary>ssh was ended by a signal.</summary>
    Killed,

    /// <summary>ssh failed (255) for a reason we do not recognise; its words are kept.</summary>
    Other,
}
