namespace Pve.Migration;

/// <summary>The answer to a resume, with the target's words.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Detail">The target's words, or why there is no answer; empty where it accepted.</param>
public sealed record ResumeResult(ResumeAnswer Answer, string Detail = "");
