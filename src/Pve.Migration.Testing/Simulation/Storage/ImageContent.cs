namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>What an image holds: what it held before, and then some.</summary>
internal sealed class ImageContent(ImageContent? before)
{
    private readonly ImageContent? _before = before;

    public bool Includes(ImageContent other)
    {
        for (var one = this; one is not null; one = one._before)
        {
            if (one == other)
            {
                return true;
            }
        }

        return false;
    }
}
