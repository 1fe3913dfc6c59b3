namespace Pve.Qmp;

/// <summary>No arguments, or an empty result (<c>{}</c>).</summary>
public sealed record QmpNothing;
