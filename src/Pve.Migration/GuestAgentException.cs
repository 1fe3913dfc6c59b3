namespace Pve.Migration;

/// <summary>The guest's agent is not there, did not answer in time, or refused; nothing else was done.</summary>
public sealed class GuestAgentException : Exception
{
    /// <summary>Creates the failure.</summary>
    public GuestAgentException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
