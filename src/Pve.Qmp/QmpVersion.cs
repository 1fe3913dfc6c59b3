namespace Pve.Qmp;

/// <summary>A version of QEMU.</summary>
/// <param name="Major">The major number.</param>
/// <param name="Minor">The minor number.</param>
/// <param name="Micro">The patch number.</param>
public sealed record QmpVersion(int Major, int Minor, int Micro)
{
    /// <summary>The version as <c>7.2.22</c>.</summary>
    public override string ToString() => $"{Major}.{Minor}.{Micro}";
}
