namespace Pve.Qmp;

/// <summary>What a <see cref="QmpRecorder"/> masks, and how much it holds in memory.</summary>
/// <example>
/// <code>
/// var options = new QmpRecorderOptions { SecretNames = ["x-acme-pin"], MaxQueuedBytes = 8 * 1024 * 1024 };
/// await using var recorder = QmpRecorder.ToFile("vm100.qmp.txt", options);
/// </code>
/// </example>
public sealed record QmpRecorderOptions
{
    /// <summary>Further names of members whose values are masked, besides those that <see cref="QmpRecorder"/> tells; none unless set.</summary>
    /// <remarks>Case, hyphens and underscores do not matter.</remarks>
    public IReadOnlyList<string> SecretNames { get; init; } = [];

    /// <summary>How much may wait to be written, in bytes; 64 MiB unless set. Beyond it lines are left out, and a gap says how many.</summary>
    public long MaxQueuedBytes { get; init; } = 64 * 1024 * 1024;

    internal void Validate()
    {
        if (MaxQueuedBytes < 1)
        {
            throw new ArgumentException($"{nameof(MaxQueuedBytes)} is {MaxQueuedBytes}; it must be at least 1.");
        }

        if (SecretNames.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException($"A name in {nameof(SecretNames)} is empty.");
        }
    }
}
