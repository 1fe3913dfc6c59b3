namespace Pve.Qmp.Transcripts;

/// <summary>What stands for a secret.</summary>
internal static class Masked
{
    public const string Value = "***";

    /// <summary>The value as JSON.</summary>
    public const string Text = $"\"{Value}\"";
}
