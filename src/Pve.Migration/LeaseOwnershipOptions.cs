namespace Pve.Migration;

/// <summary>Between whom a <see cref="LeaseOwnership"/> hands guests over, and where it keeps who owns them.</summary>
public sealed record LeaseOwnershipOptions
{
    /// <summary>The folder of the leases; whoever must know the owner sees it.</summary>
    public required string Folder { get; init; }

    /// <summary>The source's name: one line, 1 to 255 characters.</summary>
    public required string Source { get; init; }

    /// <summary>The target's name: one line, 1 to 255 characters.</summary>
    public required string Target { get; init; }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Folder);
        Check(Source, nameof(Source));
        Check(Target, nameof(Target));
        if (Source == Target)
        {
            throw new ArgumentException($"{nameof(Source)} and {nameof(Target)} are both '{Source}'.");
        }
    }

    private static void Check(string owner, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(owner, name);
        if (owner.Length > 255 || owner.Any(char.IsControl) || owner != owner.Trim())
        {
            throw new ArgumentException($"{name} must be one line of at most 255 characters, without spaces around it.", name);
        }
    }
}
