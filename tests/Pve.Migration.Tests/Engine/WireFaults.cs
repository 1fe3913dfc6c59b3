using Pve.Migration.Testing;

namespace Pve.Migration.Tests.Engine;

/// <summary>Faults by name, for tests that try each of them.</summary>
internal static class WireFaults
{
    public static readonly string[] Names = ["drop", "duplicate", "truncate", "delay", "freeze", "cut"];

    public static WireFault Of(string name, WirePlace at) => name switch
    {
        "drop" => WireFault.Drop(at),
        "duplicate" => WireFault.Duplicate(at),
        "truncate" => WireFault.Truncate(at),
        "delay" => WireFault.Delay(at, TimeSpan.FromSeconds(3)),
        "freeze" => WireFault.Freeze(at),
        "cut" => WireFault.Cut(at),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
