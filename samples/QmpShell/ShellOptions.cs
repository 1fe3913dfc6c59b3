using Pve.Qmp;

namespace QmpShell;

/// <summary>What the command line asks for.</summary>
internal sealed record ShellOptions
{
    /// <summary>The monitor; none where a transcript is replayed.</summary>
    public QmpEndpoint? Endpoint { get; init; }

    /// <summary>The transcript whose server's side takes a monitor's place.</summary>
    public string? ReplayFile { get; init; }

    /// <summary>The other QEMU to compare with.</summary>
    public QmpEndpoint? DiffWith { get; init; }

    /// <summary>The one command to execute; empty for the interactive shell or a script on standard input.</summary>
    public string[] Command { get; init; } = [];

    /// <summary>The one line for the human monitor.</summary>
    public string? Hmp { get; init; }

    /// <summary>The events to print; all where empty, not watching where null.</summary>
    public IReadOnlyList<string>? Watch { get; init; }

    /// <summary>After how many events watching ends.</summary>
    public int? Count { get; init; }

    public ResultFormat Format { get; init; }

    /// <summary>The deadline of each command, of connecting, and of the events that <see cref="Count"/> waits for.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether a script goes on after an error.</summary>
    public bool KeepGoing { get; init; }

    public bool OutOfBand { get; init; }

    /// <summary>Where the conversation is recorded.</summary>
    public string? RecordFile { get; init; }
}
