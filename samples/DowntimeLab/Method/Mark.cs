namespace DowntimeLab.Method;

/// <summary>Something that happened, in milliseconds since the migration began.</summary>
internal sealed record Mark(string Name, double AtMs);
