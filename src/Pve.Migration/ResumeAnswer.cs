namespace Pve.Migration;

/// <summary>What a target said when it was told to resume.</summary>
public enum ResumeAnswer
{
    /// <summary>It accepted.</summary>
    Accepted,

    /// <summary>It said no.</summary>
    Refused,

    /// <summary>It gave no answer: the guest may run there.</summary>
    Unknown,
}
