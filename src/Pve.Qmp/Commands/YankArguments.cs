namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>yank</c>.</summary>
/// <param name="Instances">What is cut off.</param>
public sealed record YankArguments(IReadOnlyList<YankInstance> Instances);
