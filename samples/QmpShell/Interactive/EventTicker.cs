using System.Globalization;
using System.Text.Json;
using Pve.Qmp;
using QmpShell.Output;
using QmpShell.Terminal;

namespace QmpShell.Interactive;

/// <summary>Prints events above the prompt as they come.</summary>
internal sealed class EventTicker(QmpEventSubscription events, Screen screen, Palette palette)
{
    private readonly JsonPainter _painter = new(palette, indented: false);
    private long _dropped;

    /// <summary>Prints until the conversation ends. <paramref name="happened"/> is told each event's name.</summary>
    public async Task RunAsync(Action<string> happened)
    {
        try
        {
            await foreach (var next in events)
            {
                Print(next);
                happened(next.Name);
            }
        }
        catch (QmpException)
        {
            // the connection is lost; whoever reads the line says so
        }
    }

    /// <summary>Prints the events that wait already.</summary>
    public void PrintWaiting(Action<string> happened)
    {
        while (events.TryRead(out var next))
        {
            Print(next);
            happened(next.Name);
        }
    }

    private void Print(QmpEvent next)
    {
        if (events.Dropped is var dropped && Interlocked.Exchange(ref _dropped, dropped) is var known && dropped > known)
        {
            screen.Print($"{palette.Bad}{dropped - known} events came too fast to be shown.{palette.Off}");
        }

        var time = next.Timestamp == DateTimeOffset.MinValue ? "" : next.Timestamp.ToLocalTime().ToString("HH:mm:ss.ffffff ", CultureInfo.InvariantCulture);
        var data = next.Data.ValueKind is JsonValueKind.Undefined ? "" : " " + _painter.Paint(next.Data);
        screen.Print($"{palette.Faint}{time}{palette.Off}{palette.Strong}{PlainText.OneLine(next.Name)}{palette.Off}{data}");
    }
}
