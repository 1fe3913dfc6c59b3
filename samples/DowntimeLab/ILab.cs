using DowntimeLab.Matrix;
using DowntimeLab.Method;

namespace DowntimeLab;

/// <summary>Where the matrix is measured.</summary>
internal interface ILab : IAsyncDisposable
{
    /// <summary>What was measured on, for the page's title.</summary>
    string Title { get; }

    /// <summary>What things cost there: name and value.</summary>
    IReadOnlyList<(string Name, string Value)> Constants { get; }

    /// <summary>Whether each combination is told as soon as it is measured.</summary>
    bool IsSlow => false;

    /// <summary>Makes it ready; it is ended even where this fails.</summary>
    /// <exception cref="LabException">Something that it needs is not there.</exception>
    Task SetUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Migrates once.</summary>
    /// <param name="combination">Which way.</param>
    /// <param name="phase">Where in the sampling interval the first sample lies.</param>
    /// <param name="cancellationToken">Undoes it.</param>
    Task<Repetition> MeasureAsync(Combination combination, TimeSpan phase, CancellationToken cancellationToken);
}
