namespace QmpShell;

/// <summary>How results are printed.</summary>
internal enum ResultFormat
{
    /// <summary>Indented, coloured on a terminal; the human monitor's text as it is.</summary>
    Pretty,

    /// <summary>Indented JSON, never coloured.</summary>
    Json,

    /// <summary>JSON, one line each.</summary>
    Compact,
}
