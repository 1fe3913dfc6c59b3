namespace Pve.Qmp;

/// <summary>QEMU's version and the text its packager added.</summary>
/// <example>
/// <code>
/// QmpVersionInfo version = await qemu.ExecuteAsync(QmpCommands.QueryVersion);
/// Console.WriteLine($"{version.Qemu} {version.Package}");
/// </code>
/// </example>
public sealed record QmpVersionInfo
{
    /// <summary>The three numbers.</summary>
    public required QmpVersion Qemu { get; init; }

    /// <summary>The packager's text, such as <c>Debian 1:7.2+dfsg-7</c>; empty where there is none.</summary>
    public string Package { get; init; } = "";
}
