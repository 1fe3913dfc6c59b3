namespace LiveMigration;

/// <summary>What was done so that the copy would converge, since the migration began.</summary>
internal sealed record ConvergenceRow(double AtMs, string Did);
