namespace Pve.Qmp;

/// <summary>The events this package knows by type. Any other is a <see cref="QmpEvent"/> all the same.</summary>
/// <example>
/// <code>
/// if (QmpEvents.JobStatusChange.TryRead(qmpEvent, out JobStatusChangeEvent? job))
/// {
///     bool over = job.Status == JobStatus.Concluded;
/// }
/// </code>
/// </example>
public static partial class QmpEvents;
