using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>A QEMU under conversation.</summary>
internal interface ITalkVm
{
    QmpClient Client { get; }

    /// <summary>The exit code; 137 after SIGKILL.</summary>
    Task<int> Exited { get; }

    void Kill();

    void Freeze();

    void Thaw();
}
