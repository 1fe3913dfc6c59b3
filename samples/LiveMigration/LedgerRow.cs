namespace LiveMigration;

/// <summary>One line of the ledger, since the migration began.</summary>
internal sealed record LedgerRow(string Name, string Placement, double StartMs, double DurationMs);
