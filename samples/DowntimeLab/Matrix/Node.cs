namespace DowntimeLab.Matrix;

/// <summary>A node from before or after the series of 2017.</summary>
internal enum Node
{
    /// <summary>Its tunnel is v0: greeted, quit, and nothing else; everything is a command over a fresh ssh.</summary>
    Old,

    /// <summary>Its tunnel is v1, and resumes.</summary>
    New,
}
