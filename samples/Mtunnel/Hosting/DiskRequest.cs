using System.Globalization;
using System.Text.Json;
using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>
/// What a source says with <c>disk</c>, held against the few things that can be had:
/// <code>{"format": "raw", "storage": "local", "drive": {"interface": "scsi", "index": 0, "size": 4294967296, …}}</code>
/// </summary>
internal sealed record DiskRequest(string Drive, string Storage, string Format, long Bytes)
{
    private const int Sector = 512;
    private const long MaxBytes = 1L << 46;

    /// <exception cref="MtunnelRefusedException">It is not to be had here.</exception>
    public static DiskRequest Judge(JsonElement parameters)
    {
        var drive = parameters.GetProperty("drive");
        var name = string.Create(CultureInfo.InvariantCulture, $"{Wire.Text(drive, "interface")}{Wire.Text(drive, "index")}");
        var storage = Wire.Text(parameters, "storage");
        var format = Wire.Text(parameters, "format");
        return !Names.IsDrive(name) ? throw new MtunnelRefusedException("drive: interface and index make a disk's name, such as scsi0")
            : !Names.IsStorage(storage) ? throw new MtunnelRefusedException("storage: a name of letters, digits and . _ - is expected")
            : !Names.IsFormat(format) ? throw new MtunnelRefusedException("format: only raw or qcow2 can be had here")
            : Wire.Number(drive, "size") is not (>= Sector and <= MaxBytes and var bytes) || bytes % Sector != 0
                ? throw new MtunnelRefusedException($"size: bytes in whole sectors of {Sector} are expected, at most 64 TiB")
            : new DiskRequest(name, storage, format, bytes);
    }
}
