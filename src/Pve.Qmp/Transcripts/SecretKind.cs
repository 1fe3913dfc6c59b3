namespace Pve.Qmp.Transcripts;

/// <summary>Which values of a member are secret.</summary>
internal enum SecretKind
{
    None,
    Text,
    Any,
}
