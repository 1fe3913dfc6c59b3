namespace Pve.Migration.Tunnel;

// Line is without its LF and valid until the next read. More: bytes already lie behind this line.
internal readonly record struct LineRead(LineReadKind Kind, ReadOnlyMemory<byte> Line, bool More);
