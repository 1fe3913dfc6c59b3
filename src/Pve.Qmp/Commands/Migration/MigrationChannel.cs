namespace Pve.Qmp.Commands;

/// <summary>One channel of a migration.</summary>
/// <param name="ChannelType">What it carries.</param>
/// <param name="Addr">Where it goes.</param>
/// <example><code>var channel = new MigrationChannel(MigrationChannelType.Main, MigrationAddress.File("/tmp/vm.state"));</code></example>
public sealed record MigrationChannel(MigrationChannelType ChannelType, MigrationAddress Addr) : QmpObject;
