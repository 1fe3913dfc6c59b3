namespace Pve.Migration.Engine.Switchover;

/// <summary>How far something is that goes on beside everything else.</summary>
internal enum Attempt
{
    /// <summary>It was not begun.</summary>
    None,

    /// <summary>It is under way.</summary>
    UnderWay,

    /// <summary>It has come to its end.</summary>
    Over,
}
