namespace Pve.Migration.Testing.Processes;

/// <summary>Reads <c>-machine help</c>: lines such as "pc  Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-7.2)".</summary>
internal static class MachineHelp
{
    private const string AliasOf = "(alias of ";

    public static (List<string> Machines, Dictionary<string, string> Aliases) Parse(string help)
    {
        List<string> machines = [];
        Dictionary<string, string> aliases = [];
        foreach (var line in help.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            var name = line.Split(' ', 2)[0];
            if (line.IndexOf(AliasOf, StringComparison.Ordinal) is >= 0 and var at)
            {
                aliases[name] = line[(at + AliasOf.Length)..].Split(')')[0];
            }
            else
            {
                machines.Add(name);
            }
        }

        return (machines, aliases);
    }

    /// <summary>The newest of a family; null where there is none. QEMU lists them by their text, 9.2 before 10.0.</summary>
    public static string? Newest(IEnumerable<string> machines, string family)
        => machines.Where(machine => machine.StartsWith(family, StringComparison.Ordinal))
            .OrderByDescending(machine => Version.TryParse(machine.AsSpan(family.Length), out var version) ? version : null)
            .FirstOrDefault();
}
