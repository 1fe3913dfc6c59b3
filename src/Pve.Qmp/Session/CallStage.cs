namespace Pve.Qmp.Session;

/// <summary>Where a command is on its way.</summary>
internal enum CallStage
{
    /// <summary>In nobody's hands: not taken in yet, withdrawn, or answered.</summary>
    Outside,

    /// <summary>Behind a full window.</summary>
    Waiting,

    /// <summary>Due to be written.</summary>
    Ready,

    /// <summary>Handed to the connection; QEMU may execute it.</summary>
    Sent,
}
