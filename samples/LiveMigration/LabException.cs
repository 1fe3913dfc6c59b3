namespace LiveMigration;

/// <summary>What was asked for is not there; the message says what to do.</summary>
internal sealed class LabException(string message) : Exception(message);
