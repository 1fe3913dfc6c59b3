namespace Pve.Migration;

/// <summary>Where a step stands relative to the guest's pause.</summary>
public enum StepPlacement
{
    /// <summary>While the guest runs on the source.</summary>
    BeforePause,

    /// <summary>Between STOP on the source and RESUME on the target: every millisecond counts.</summary>
    InsidePause,

    /// <summary>After RESUME was seen on the target.</summary>
    AfterResume,
}
