using System.Text.Json;
using Pve.Qmp;
using QmpShell;
using QmpShell.Output;

namespace Pve.Integration.Tests.Samples;

/// <summary>What the shell prints.</summary>
public sealed class QmpShellOutputTests
{
    private const string Sample = """{"a": [1, {"b": null}], "c": {}, "d": [], "e": "x\n\u001b[31m\u009b\u007f", "ü\u00fc": 18446744073709551615, "f": "\ud800"}""";

    [Fact]
    public void Json_is_indented_or_in_one_line_and_steers_no_terminal()
    {
        var value = JsonElement.Parse(Sample);
        Assert.Equal(
            """
            {
              "a": [
                1,
                {
                  "b": null
                }
              ],
              "c": {},
              "d": [],
              "e": "x\n\u001B[31m\u009B\u007F",
              "üü": 18446744073709551615,
              "f": "\ud800"
            }
            """, new JsonPainter(Palette.None, indented: true).Paint(value));
        var line = new JsonPainter(Palette.None, indented: false).Paint(value);
        Assert.Equal("""{"a":[1,{"b":null}],"c":{},"d":[],"e":"x\n\u001B[31m\u009B\u007F","üü":18446744073709551615,"f":"\ud800"}""", line);
        Assert.Equal(line, new JsonPainter(Palette.None, indented: false).Paint(JsonElement.Parse(line)));
    }

    [Fact]
    public void Characters_that_turn_the_text_around_are_escaped_or_left_out()
    {
        Assert.Equal("[\"a\\u202Eb\"]", new JsonPainter(Palette.None, indented: false).Paint(JsonElement.Parse("[\"a\u202eb\"]")));
        Assert.Equal("ab", PlainText.OneLine("a\u202eb"));
    }

    [Fact]
    public void Colours_are_all_there_is_between_painted_and_plain()
    {
        var value = JsonElement.Parse(Sample);
        var painted = new JsonPainter(Palette.Colours, indented: true).Paint(value);
        var plain = System.Text.RegularExpressions.Regex.Replace(painted, "\e\\[[0-9]+m", "");
        Assert.NotEqual(plain, painted);
        Assert.Equal(new JsonPainter(Palette.None, indented: true).Paint(value), plain);
    }

    [Theory]
    [InlineData(nameof(ResultFormat.Pretty), "a\tb\n c[31m")]
    [InlineData(nameof(ResultFormat.Json), """ "a\tb\r\n c\u001B[31m\r\n" """)]
    [InlineData(nameof(ResultFormat.Compact), """ "a\tb\r\n c\u001B[31m\r\n" """)]
    public void The_human_monitors_text_is_text_unless_json_is_asked_for(string format, string printed)
    {
        var text = JsonElement.Parse(""" "a\tb\r\n c\u001b[31m\r\n" """);
        Assert.Equal(printed.Trim(), new AnswerText(Enum.Parse<ResultFormat>(format), Palette.None).WriteMonitor(text));
    }

    [Fact]
    public void An_event_is_one_line_as_QEMU_sent_it()
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).AddMicroseconds(42);
        Assert.Equal("""{"event":"STOP","timestamp":{"seconds":1700000000,"microseconds":42}}""", EventJson.Write(new QmpEvent("STOP", at, default, 0)));
        Assert.Equal(
            """{"event":"RESET","data":{"guest":true}}""",
            EventJson.Write(new QmpEvent("RESET", DateTimeOffset.MinValue, JsonElement.Parse("""{"guest": true}"""), 0)));
    }
}
