using System.Globalization;

namespace Mtunnel.Hosting;

/// <summary>A volume's file: <c>vm-100-disk-0.qcow2</c>.</summary>
internal static class VolumeName
{
    private const int MaxNumberDigits = 3;

    public static string Of(int vmid, int number, string format) => string.Create(CultureInfo.InvariantCulture, $"vm-{vmid}-disk-{number}.{format}");

    /// <summary>Its format; null where it is no volume of this VM.</summary>
    public static string? FormatOf(string file, int vmid)
    {
        var format = Path.GetExtension(file).TrimStart('.');
        var prefix = string.Create(CultureInfo.InvariantCulture, $"vm-{vmid}-disk-");
        var number = file.StartsWith(prefix, StringComparison.Ordinal) && Names.IsFormat(format) ? file[prefix.Length..^(format.Length + 1)] : "";
        return number.Length is > 0 and <= MaxNumberDigits && number.All(char.IsAsciiDigit) ? format : null;
    }
}
