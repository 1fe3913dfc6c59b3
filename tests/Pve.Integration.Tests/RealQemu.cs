using Pve.Migration.Testing;

namespace Pve.Integration.Tests;

/// <summary>The QEMU of this machine, looked for once.</summary>
internal static class RealQemu
{
    private static readonly Lazy<Task<QemuInstall?>> Install = new(() => QemuInstall.FindAsync());

    /// <summary>Skips the test where there is none.</summary>
    public static async Task<QemuInstall> RequireAsync()
    {
        var install = await Install.Value;
        Assert.SkipWhen(install is null, $"There is no {QemuInstall.DefaultBinary} here.");
        return install!;
    }
}
