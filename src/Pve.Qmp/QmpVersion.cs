namespace Pve.Qmp;

/// <summary>A version of QEMU.</summary>
/// <param name="Major">The major number.</param>
/// <param name="Minor">The minor number.</param>
/// <param name="Micro">The patch number.</param>
/// <example>
/// <code>
/// QmpVersion version = qemu.Greeting.Version.Qemu;
/// bool isRecent = version is { Major: &gt; 9 } or { Major: 9, Minor: &gt;= 1 }; // better ask the schema for what you need
/// </code>
/// </example>
public sealed record QmpVersion(int Major, int Minor, int Micro)
{
    /// <summary>The version as <c>7.2.22</c>.</summary>
    public override string ToString() => $"{Major}.{Minor}.{Micro}";
}
