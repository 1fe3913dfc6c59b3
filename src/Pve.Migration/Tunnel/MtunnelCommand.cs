using System.Text.Json;

namespace Pve.Migration.Tunnel;

// One thing a client says. v2's vocabulary is in MtunnelVocabulary; v0 and v1 have the kinds alone.
internal readonly record struct MtunnelCommand(MtunnelCommandKind Kind, int Vmid = 0, string? Name = null, JsonElement Parameters = default)
{
    // Proxmox VE: 100 to 999999999
    public const int MaxVmidDigits = 9;
    public const int MaxVmid = 999_999_999;

    private static readonly JsonElement CleanUp = JsonElement.Parse("""{"cleanup":1}""");

    public static MtunnelCommand Ignored => default;

    public static MtunnelCommand Quit => new(MtunnelCommandKind.Quit);

    public static MtunnelCommand QuitAndCleanUp => new(MtunnelCommandKind.Quit, Parameters: CleanUp);

    public static MtunnelCommand Resume(int vmid) => new(MtunnelCommandKind.Resume, vmid);

    public static MtunnelCommand Named(string name, JsonElement parameters = default) => new(MtunnelCommandKind.Named, 0, name, parameters);

    // what the server answers to it
    public static MtunnelCommand Malformed(string error) => new(MtunnelCommandKind.Malformed, 0, error);

    // what logs and exceptions call it; parameters may be secrets
    public override string ToString() => Kind switch
    {
        MtunnelCommandKind.Quit => MtunnelVocabulary.Quit,
        MtunnelCommandKind.Resume => $"{MtunnelVocabulary.Resume} {Vmid}",
        MtunnelCommandKind.Named => WireText.ToName(Name!), // a client may have sent anything
        _ => Kind.ToString(),
    };
}
