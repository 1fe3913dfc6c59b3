namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-balloon</c>.</summary>
/// <example>
/// <code>
/// BalloonInfo balloon = await qemu.ExecuteAsync(QmpCommands.QueryBalloon, cancellationToken: cancellationToken);
/// long bytes = balloon.Actual;
/// </code>
/// </example>
public sealed record BalloonInfo : QmpObject
{
    /// <summary>The guest's RAM less the balloon, in bytes.</summary>
    public long Actual { get; init; }
}
