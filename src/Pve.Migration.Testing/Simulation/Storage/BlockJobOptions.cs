namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>What every job that copies takes.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Speed">The most bytes a second; 0 is no limit.</param>
/// <param name="FinalizesItself">Whether it ends without being told to.</param>
/// <param name="DismissesItself">Whether it is forgotten once it has ended.</param>
internal sealed record BlockJobOptions(string Id, long Speed, bool FinalizesItself, bool DismissesItself)
{
    /// <summary>Reads them; of a device without a guest the job has its name unless told.</summary>
    public static BlockJobOptions Read(CommandArguments arguments, BlockNode source) => new(
        arguments.TextOr("job-id", source.Device is null ? source.Name : ""),
        arguments.NumberOr("speed", 0),
        arguments.FlagOr("auto-finalize", true),
        arguments.FlagOr("auto-dismiss", true));
}
