namespace Pve.Qmp;

/// <summary>The monitor accepted the connection but never greeted: another client holds it, or QEMU is stuck.</summary>
/// <remarks>QEMU serves one client a monitor; a second one is accepted by the kernel and waits (docs/interop/qmp-spec).</remarks>
public sealed class QmpBusyException : QmpException
{
    /// <summary>Creates the failure.</summary>
    public QmpBusyException(string endpoint, TimeSpan waited)
        : base($"The QMP server at {endpoint} accepted the connection but did not greet within {waited.TotalSeconds:0.###} s: "
            + "another client holds this monitor, or QEMU is stuck. Close the other client, or give QEMU a second -qmp socket.")
    {
    }

    /// <inheritdoc/>
    public override bool ConnectionUsable => false;
}
