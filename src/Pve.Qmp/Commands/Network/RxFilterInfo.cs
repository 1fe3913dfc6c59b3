namespace Pve.Qmp.Commands;

/// <summary>What a network device listens to.</summary>
/// <example>
/// <code>
/// foreach (RxFilterInfo device in await qemu.ExecuteAsync(QmpCommands.QueryRxFilter,
///     new(),
///     cancellationToken: cancellationToken))
/// {
///     string mac = device.MainMac;
/// }
/// </code>
/// </example>
public sealed record RxFilterInfo : QmpObject
{
    /// <summary>The network device.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    public bool Promiscuous { get; init; }

    public RxState Multicast { get; init; }

    public RxState Unicast { get; init; }

    public RxState Vlan { get; init; }

    public bool BroadcastAllowed { get; init; }

    public bool MulticastOverflow { get; init; }

    public bool UnicastOverflow { get; init; }

    public string MainMac { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<long> VlanTable { get; init => field = value ?? []; } = [];

    public IReadOnlyList<string> UnicastTable { get; init => field = value ?? []; } = [];

    public IReadOnlyList<string> MulticastTable { get; init => field = value ?? []; } = [];
}
