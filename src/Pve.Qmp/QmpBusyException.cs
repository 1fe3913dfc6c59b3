namespace Pve.Qmp;

/// <summary>The monitor accepted the connection but never greeted: another client holds it, or QEMU is stuck.</summary>
/// <remarks>QEMU serves one client a monitor; a second one is accepted by the kernel and waits (docs/interop/qmp-spec).</remarks>
/// <example>
/// <code>
/// try
/// {
///     await using var second = await QmpClient.ConnectAsync(QmpEndpoint.Unix("/run/vm/100.qmp"));
/// }
/// catch (QmpBusyException e)
/// {
///     Console.Error.WriteLine(e.Message); // another client holds the monitor
/// }
/// </code>
/// </example>
public sealed class QmpBusyException : QmpException
{
    private const string Remedy
        = "another client holds this monitor, or QEMU is stuck. Close the other client, or give QEMU a second -qmp socket.";

    /// <summary>Creates the failure.</summary>
    public QmpBusyException(string endpoint, TimeSpan waited)
        : base($"The QMP server at {endpoint} accepted the connection but did not greet within {waited.TotalSeconds:0.###} s: "
            + Remedy)
    {
    }

    internal QmpBusyException(string endpoint, Exception innerException)
        : base($"Too many clients already wait for the QMP server at {endpoint}: {Remedy}", innerException)
    {
    }

    /// <inheritdoc/>
    public override bool ConnectionUsable => false;
}
