namespace Pve.Migration.Testing.Faults;

internal enum WireFaultKind
{
    Drop,
    Duplicate,
    Truncate,
    Delay,
    Freeze,
    Cut,
}
