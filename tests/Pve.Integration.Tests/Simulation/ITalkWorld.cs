namespace Pve.Integration.Tests.Simulation;

/// <summary>Where a conversation is held: real QEMUs in a directory of their own, or simulated ones on a link of their own.</summary>
internal interface ITalkWorld : IAsyncDisposable
{
    /// <summary>What <c>$D</c> stands for.</summary>
    string Directory { get; }

    TimeProvider Time { get; }

    /// <summary>How long anything is waited for, by that clock.</summary>
    TimeSpan Patience { get; }

    void CreateImage(string name, long bytes, bool isFull);

    /// <summary>A folder with nothing in it.</summary>
    void CreateFolder(string name);

    /// <summary>A folder with TLS keys for each side in folders of their own, <c>source</c> and <c>target</c>.</summary>
    void CreateKeys(string name);

    /// <param name="name">What the conversation calls it.</param>
    /// <param name="words"><c>paused</c>, <c>incoming</c>, <c>disk=NODE:IMAGE</c>, with <c>:unreadable</c> where its guest is stopped as soon as it reads it, <c>device=DRIVER</c>.</param>
    Task<ITalkVm> StartAsync(string name, IReadOnlyList<string> words);
}
