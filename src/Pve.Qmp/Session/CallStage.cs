namespace Pve.Qmp.Session;

/// <summary>Where a command is on its way.</summary>
internal enum CallStage
{
    /// <summary>Not taken in yet.</summary>
    New,

    /// <summary>Withdrawn, or too late; it will never be sent.</summary>
    Outside,

    /// <summary>Behind a full window.</summary>
    Waiting,

    /// <summary>Due to be written.</summary>
    Ready,

    /// <summary>Handed to the connection; QEMU may execute it, or has.</summary>
    Sent,
}
