using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pve.Qmp.Commands;

/// <summary>What a character device is connected to (QAPI ChardevBackend).</summary>
/// <param name="Type">The kind, such as <c>socket</c>.</param>
/// <param name="Data">What that kind needs, as JSON.</param>
/// <example>
/// <code>
/// ChardevBackend socket = ChardevBackend.Socket(new(SocketAddress.Unix("/run/vm/serial1")) { Wait = false });
/// var raw = new ChardevBackend("stdio", JsonElement.Parse("""{"signal": false}"""));
/// </code>
/// </example>
public sealed record ChardevBackend(string Type, JsonElement Data)
{
    /// <summary>Nothing.</summary>
    public static ChardevBackend Null(ChardevCommon? data = null) => Of("null", data ?? new(), ChardevsJson.Default.ChardevCommon);

    /// <summary>A pseudo-terminal.</summary>
    public static ChardevBackend Pty(ChardevPty? data = null) => Of("pty", data ?? new(), ChardevsJson.Default.ChardevPty);

    /// <summary>A file.</summary>
    public static ChardevBackend File(ChardevFile data) => Of("file", data, ChardevsJson.Default.ChardevFile);

    /// <summary>A serial line of QEMU's host.</summary>
    public static ChardevBackend Serial(ChardevHostdev data) => Of("serial", data, ChardevsJson.Default.ChardevHostdev);

    /// <summary>A named pipe.</summary>
    public static ChardevBackend Pipe(ChardevHostdev data) => Of("pipe", data, ChardevsJson.Default.ChardevHostdev);

    /// <summary>A stream socket.</summary>
    public static ChardevBackend Socket(ChardevSocket data) => Of("socket", data, ChardevsJson.Default.ChardevSocket);

    /// <summary>A datagram socket.</summary>
    public static ChardevBackend Udp(ChardevUdp data) => Of("udp", data, ChardevsJson.Default.ChardevUdp);

    /// <summary>A buffer in memory.</summary>
    public static ChardevBackend Ringbuf(ChardevRingbuf? data = null) => Of("ringbuf", data ?? new(), ChardevsJson.Default.ChardevRingbuf);

    /// <summary>A channel of SPICE.</summary>
    public static ChardevBackend Spicevmc(ChardevSpiceChannel data) => Of("spicevmc", data, ChardevsJson.Default.ChardevSpiceChannel);

    private static ChardevBackend Of<T>(string type, T data, JsonTypeInfo<T> json)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new(type, JsonSerializer.SerializeToElement(data, json));
    }
}
