namespace Pve.Qmp;

/// <summary>What one call does differently from its descriptor and the client's defaults.</summary>
public sealed record QmpCallOptions
{
    /// <summary>The deadline for the reply of this call.</summary>
    public TimeSpan? ReplyTimeout { get; init; }

    /// <summary>Whether the command overtakes those that wait in QEMU (<c>exec-oob</c>); only some commands allow it.</summary>
    public bool OutOfBand { get; init; }

    /// <summary>
    /// Whether arguments that this QEMU does not know are left out (<see cref="QmpSchema.Fit"/>); off unless set. The client's first such call asks
    /// for the schema, which takes QEMU some 30 ms, so call <see cref="QmpClient.GetSchemaAsync"/> where there is time for it.
    /// </summary>
    public bool OmitUnknown { get; init; }

    /// <summary>Is told what <see cref="OmitUnknown"/> left out, before the command is sent; not called where that is nothing.</summary>
    public Action<IReadOnlyList<string>>? Omitted { get; init; }
}
