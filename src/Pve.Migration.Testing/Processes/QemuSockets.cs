using System.Text;

namespace Pve.Migration.Testing.Processes;

/// <summary>Where a QEMU's sockets lie.</summary>
internal sealed class QemuSockets
{
    // sun_path of unix(7), with its zero
    private const int MaxLength = 107;

    private readonly bool _serialIsOurs;

    public QemuSockets(QemuProcessOptions options)
    {
        if (options.VmId.Length == 0 || options.VmId.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{options.VmId}' can't name a socket.", nameof(options));
        }

        var stem = Path.Combine(Path.GetFullPath(options.Directory), options.VmId);
        Qmp = stem + ".qmp";
        Watch = stem + ".watch.qmp";
        Start = stem + ".start";
        _serialIsOurs = options.SerialPath is null;
        Serial = options.SerialPath is null ? stem + ".serial" : Path.GetFullPath(options.SerialPath);
        if (Ours.Append(Serial).FirstOrDefault(path => Encoding.UTF8.GetByteCount(path) > MaxLength) is { } tooLong)
        {
            throw new ArgumentException($"A socket's path may have {MaxLength} bytes: {tooLong}", nameof(options));
        }
    }

    public string Qmp { get; }

    public string Watch { get; }

    public string Start { get; }

    public string Serial { get; }

    private IEnumerable<string> Ours => _serialIsOurs ? [Qmp, Watch, Start, Serial] : [Qmp, Watch, Start];

    public void Delete()
    {
        foreach (var path in Ours)
        {
            File.Delete(path);
        }
    }
}
