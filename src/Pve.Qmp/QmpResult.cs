using System.Diagnostics.CodeAnalysis;

namespace Pve.Qmp;

/// <summary>What became of a command that was executed without throwing: its result, or why there is none.</summary>
/// <typeparam name="TResult">The command's result.</typeparam>
/// <example><code>
/// QmpResult&lt;StatusInfo&gt; status = await qemu.TryExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
/// Console.WriteLine(status.Succeeded ? status.Value.Status.ToString() : status.Failure.Message);
/// </code></example>
public readonly record struct QmpResult<TResult>
{
    internal QmpResult(TResult value) => (Succeeded, Value) = (true, value);

    internal QmpResult(QmpException failure) => Failure = failure;

    /// <summary>Whether QEMU executed the command and answered as expected.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded { get; }

    /// <summary>The result; nothing where there is none.</summary>
    public TResult? Value { get; }

    /// <summary>Why there is no result; its type says what went wrong, and whether the connection still works.</summary>
    public QmpException? Failure { get; }

    /// <summary>The result, or the failure thrown.</summary>
    /// <exception cref="QmpException">There is no result.</exception>
    public TResult ValueOrThrow() => Succeeded ? Value : throw Failure;
}
