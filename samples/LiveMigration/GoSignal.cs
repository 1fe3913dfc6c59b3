using System.Runtime.InteropServices;
using Pve.Migration;

namespace LiveMigration;

/// <summary>Lets a held migration go at Enter or SIGUSR1.</summary>
internal sealed class GoSignal : IDisposable
{
    // signal(7), on Linux; .NET has no name for it
    private const PosixSignal UserSignal = (PosixSignal)10;

    private readonly PosixSignalRegistration? _registration;

    public GoSignal(bool holds)
    {
        Control = new MigrationControl(holds);
        if (!holds)
        {
            return;
        }

        Screen.Say("The guest is held: press Enter, or send SIGUSR1, to let it go.");
        _registration = PosixSignalRegistration.Create(UserSignal, signal =>
        {
            signal.Cancel = true;
            Control.Go();
        });
        _ = Task.Run(() =>
        {
            // The end of the input is nobody's word.
            if (Console.ReadLine() is not null)
            {
                Control.Go();
            }
        });
    }

    public MigrationControl Control { get; }

    public void Dispose() => _registration?.Dispose();
}
