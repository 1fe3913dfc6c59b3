namespace Pve.Migration;

/// <summary>What an entry of a <see cref="IMigrationJournal"/> says of its step.</summary>
public enum JournalMark
{
    /// <summary>A migration begins; its step is the target's name.</summary>
    Begins,

    /// <summary>The step may have been carried out from here on. Of <c>resume</c>: the detail is <c>claims</c> where the target claims the guest first.</summary>
    Intends,

    /// <summary>The step was carried out. Of <c>resume</c>: the guest was seen running on the target.</summary>
    Done,

    /// <summary>What was found, and has to be put back; the detail holds it.</summary>
    Found,

    /// <summary>From here on it only goes back: the step failed, the detail says why.</summary>
    GoesBack,

    /// <summary>The outcome; its step is <c>Migrated</c>, <c>RolledBack</c> or <c>Unknown</c>, the detail says why.</summary>
    Ended,
}
