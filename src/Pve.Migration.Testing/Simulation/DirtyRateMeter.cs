using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary><c>calc-dirty-rate</c> and <c>query-dirty-rate</c>: what the guest dirties, in MiB a second, once the time is over.</summary>
internal sealed class DirtyRateMeter(Machine machine)
{
    private string _status = "unstarted";
    private string _mode = "page-sampling";
    private long _calcTime;
    private long _samplePages;
    private long _startTime;
    private long _rate;

    public void Begin(CommandArguments arguments)
    {
        var seconds = arguments.Only("calc-time", "sample-pages", "mode").Number("calc-time");
        if (seconds is < 1 or > 60)
        {
            throw new CommandRefusedException("calc-time is out of range[1, 60].");
        }

        if (_status == "measuring")
        {
            throw new CommandRefusedException("the dirty rate is already being measured.");
        }

        (_status, _mode, _calcTime) = ("measuring", arguments.TextOr("mode", "page-sampling"), seconds);
        _samplePages = _mode == "page-sampling" ? arguments.NumberOr("sample-pages", 512) : 0;
        _startTime = machine.HostTime.ToUnixTimeSeconds();
        machine.Agenda.After(TimeSpan.FromSeconds(seconds), () =>
        {
            // of a page that is dirtied twice one counts
            var dirtied = Math.Min(machine.Options.DirtyBytesPerSecond * seconds, machine.Options.WorkingSetBytes);
            (_status, _rate) = ("measured", machine.IsRunning ? (dirtied / seconds) >> 20 : 0);
        });
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, _status);
        if (_status == "measured")
        {
            json.WriteNumber("dirty-rate"u8, _rate);
        }

        json.WriteNumber("sample-pages"u8, _samplePages);
        json.WriteNumber("start-time"u8, _startTime);
        json.WriteNumber("calc-time"u8, _calcTime);
        json.WriteString("mode"u8, _mode);
        json.WriteEndObject();
    }
}
