using System.Runtime.Versioning;
using QmpShell.Editing;
using QmpShell.Terminal;

namespace Pve.Integration.Tests.Samples;

/// <summary>The shell's line, its history, and where they stand on the screen.</summary>
[SupportedOSPlatform("linux")]
public sealed class QmpShellEditorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pve-h-").FullName;
    private readonly LineEditor _editor = new(new History(["query-status", "hmp info status", "stop"]));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("abc", "abc|")]
    [InlineData("abc<Left><Left>X", "aX|bc")]
    [InlineData("abc<Home><Delete>", "|bc")]
    [InlineData("abc<Ctrl+A><Right><Backspace>", "|bc")]
    [InlineData("abc<Home><End>d", "abcd|")]
    [InlineData("<Left><Backspace><Delete><Right>", "|")]
    [InlineData("a file.driver=raw<Ctrl+W>", "a file.driver=|")]
    [InlineData("a file.driver=raw<Ctrl+W><Ctrl+W><Ctrl+Y>", "a file.driver=|")]
    [InlineData("one two<Ctrl+LeftArrow><Ctrl+K>", "one |")]
    [InlineData("one two<Ctrl+LeftArrow><Ctrl+U>", "|two")]
    [InlineData("one two<Ctrl+A><Alt+F><Alt+D>", "one|")]
    [InlineData("one two<Ctrl+A><Alt+F><Ctrl+F><Alt+D><Ctrl+A><Ctrl+Y>", "two|one ")]
    [InlineData("a<F1><Escape>b", "ab|")]
    public void Keys_edit_the_line(string keys, string line) => Assert.Equal(line, Type(keys));

    [Fact]
    public void What_a_person_takes_for_one_character_is_one()
    {
        Type("a😀e\u0301<Left>");
        Assert.Equal(3, _editor.Cursor);
        Type("<Backspace>");
        Assert.Equal("ae\u0301", _editor.Text);
    }

    [Theory]
    [InlineData("<Up>", "stop|")]
    [InlineData("<Up><Up><Up><Up><Up>", "query-status|")]
    [InlineData("new<Up><Up><Down><Down>", "new|")]
    [InlineData("<Ctrl+P><Ctrl+P><Ctrl+N>", "stop|")]
    [InlineData("<Down>x", "x|")]
    public void The_history_is_walked(string keys, string line) => Assert.Equal(line, Type(keys));

    [Theory]
    [InlineData("<Ctrl+R>STATUS", "hmp info status|", "STATUS", false)]
    [InlineData("<Ctrl+R>status<Ctrl+R>", "query-status|", "status", false)]
    [InlineData("<Ctrl+R>status<Ctrl+R><Ctrl+R>", "query-status|", "status", true)]
    [InlineData("<Ctrl+R>stx<Backspace>o", "stop|", "sto", false)]
    [InlineData("<Ctrl+R>info<Home>x", "x|hmp info status", null, false)]
    [InlineData("mine<Ctrl+R>info<Escape>", "mine|", null, false)]
    [InlineData("mine<Ctrl+R>info<Ctrl+C>", "mine|", null, false)]
    [InlineData("<Ctrl+R>info<Left><Down>", "stop|", null, false)]
    public void The_history_is_searched(string keys, string line, string? search, bool failed)
    {
        Assert.Equal(line, Type(keys));
        Assert.Equal((search, failed), (_editor.Search, _editor.SearchFailed));
    }

    [Theory]
    [InlineData("a<Enter>", nameof(EditOutcome.Submitted))]
    [InlineData("<Ctrl+R>info<Enter>", nameof(EditOutcome.Submitted))]
    [InlineData("a<Ctrl+C>", nameof(EditOutcome.Abandoned))]
    [InlineData("<Ctrl+D>", nameof(EditOutcome.Ended))]
    [InlineData("a<Ctrl+D>", nameof(EditOutcome.Edited))]
    [InlineData("a<Tab>", nameof(EditOutcome.CompletionWanted))]
    [InlineData("<Ctrl+L>", nameof(EditOutcome.ClearWanted))]
    public void Some_keys_are_for_the_shell(string keys, string outcome)
    {
        var last = EditOutcome.Edited;
        Type(keys, pressed => last = pressed);
        Assert.Equal(outcome, last.ToString());
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("123456789", 0, 9)]
    [InlineData("1234567890", 1, 0)]
    [InlineData("12345678901234567890123", 2, 3)]
    [InlineData("e\u0301e\u0301", 0, 2)]
    [InlineData("123456789漢", 1, 2)]
    [InlineData("12345678漢", 1, 0)]
    public void A_line_takes_as_many_rows_as_it_needs(string text, int row, int column)
        => Assert.Equal(new Place(row, column), Place.Behind(text, 10));

    [Fact]
    public void What_is_printed_takes_the_lines_place_however_wide_the_screen_has_become()
    {
        var (width, prompt) = (10, new Prompt("> ", ""));
        using var terminal = new StringWriter();
        var screen = new Screen(terminal, () => width, () => prompt);
        screen.Show(new LineView("12345678901234567890", 20));
        Assert.Equal("> 12345678901234567890\r\e[2C", Taken());
        screen.Print("event");
        Assert.Equal("\e[2A\r\e[K\e7\e[B\e[J\e8event\r\n> 12345678901234567890\r\e[2C", Taken());
        width = 22;
        screen.Print("event");
        Assert.Equal("\e[1A\r\e[K\e7\e[B\e[J\e8event\r\n> 12345678901234567890 \r\r", Taken());
        (width, prompt) = (100, new Prompt("longer> ", "\e[1m"));
        screen.Redraw();
        Assert.Equal("\r\e[K\e7\e[B\e[J\e8\e[1mlonger> \e[0m12345678901234567890\r\e[28C", Taken());
        width = 10;
        screen.Show(new LineView("1234567890", 0, new Prompt("search ", "")));
        Assert.Equal("\e[2A\r\e[K\e7\e[B\e[J\e8search 1234567890\e[1A\r\e[7C", Taken());
        prompt = new Prompt("# ", "");
        screen.Redraw();
        Assert.Equal("\r\e[K\e7\e[B\e[J\e8search 1234567890\e[1A\r\e[7C", Taken());
        screen.Leave("^C");
        Assert.Equal("\r\e[K\e7\e[B\e[J\e8search 1234567890\r\e[7C^C\r\n", Taken());
        screen.Print("after");
        screen.Redraw();
        Assert.Equal("after\r\n", Taken());

        string Taken()
        {
            var text = terminal.ToString();
            terminal.GetStringBuilder().Clear();
            return text;
        }
    }

    [Fact]
    public async Task What_is_typed_while_a_command_runs_is_kept_and_Ctrl_C_is_heard()
    {
        var typed = System.Threading.Channels.Channel.CreateUnbounded<ConsoleKeyInfo>();
        foreach (var key in Keys("st<Ctrl+C>op"))
        {
            typed.Writer.TryWrite(key);
        }

        var keys = new KeyQueue(typed.Reader);
        await keys.WaitForInterruptAsync(TestContext.Current.CancellationToken);
        var line = "";
        while (line.Length < 4)
        {
            line += (await keys.ReadAsync(TestContext.Current.CancellationToken)).KeyChar;
        }

        Assert.Equal("stop", line);
    }

    [Fact]
    public void The_history_survives_the_shell_readable_by_its_owner_alone()
    {
        var path = Path.Combine(_folder, "state", "qmpshell", "history");
        var file = new HistoryFile(path);
        Assert.Empty(file.Load());
        file.Append("stop");
        file.Append("query-status ü");
        Assert.Equal(["stop", "query-status ü"], new HistoryFile(path).Load());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.AppendAllLines(path, Enumerable.Range(0, 3000).Select(number => $"line {number}"));
        var lines = file.Load();
        Assert.Equal((1000, "line 2999"), (lines.Count, lines[^1]));
        Assert.Equal(lines, file.Load());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_history_that_leads_to_dev_null_leaves_it_as_it_is()
    {
        const string Null = "/dev/null";
        var mode = File.GetUnixFileMode(Null);
        var path = Path.Combine(_folder, "history");
        File.CreateSymbolicLink(path, Null);
        try
        {
            var file = new HistoryFile(path);
            file.Append("stop");
            Assert.Empty(file.Load());
            Assert.Equal(mode, File.GetUnixFileMode(Null));
        }
        finally
        {
            if (File.GetUnixFileMode(Null) != mode)
            {
                File.SetUnixFileMode(Null, mode);
            }
        }
    }

    [Theory]
    [InlineData("set_password protocol=vnc password=hunter2")]
    [InlineData("change-vnc-password password=hunter2")]
    [InlineData("object-add qom-type=secret id=s0 data=hunter2")]
    [InlineData("""{"execute": "object-add", "arguments": {"qom-type": "secret", "id": "s0", "data": "hunter2"}}""")]
    [InlineData("hmp change vnc password hunter2")]
    [InlineData("hmp set_password vnc hunter2")]
    [InlineData("hmp sendkey h-u-n")]
    [InlineData("blockdev-add driver=https url=https://me:hunter2@host/a.img")]
    [InlineData("hmp drive_add 0 file=rbd:pool/image:id=me:key=hunter2")]
    [InlineData("drive-mirror device=d sync=full target=iscsi://me%hunter2@host/iqn.x/0")]
    [InlineData("drive-mirror device=d sync=full target=https://host/disk?se=1&sig=hunter2")]
    [InlineData("qom-set path=/objects/s0 property=data value=hunter2")]
    [InlineData("""{"execute": "blockdev-add", "arguments": {"driver": "x", "key": "hunter2"}}""")]
    [InlineData(" stop")]
    public void A_secret_is_never_written(string line)
    {
        var path = Path.Combine(_folder, "history");
        var file = new HistoryFile(path);
        file.Append(line);
        file.Append("blockdev-add driver=https url=https://host/a.img");
        Assert.Equal(["blockdev-add driver=https url=https://host/a.img"], file.Load());
    }

    private string Type(string keys, Action<EditOutcome>? pressed = null)
    {
        foreach (var key in Keys(keys))
        {
            var outcome = _editor.Press(key);
            pressed?.Invoke(outcome);
        }

        return _editor.Text.Insert(_editor.Cursor, "|");
    }

    // Text, and keys by name: <Left>, <Ctrl+A>, <Alt+F>.
    private static IEnumerable<ConsoleKeyInfo> Keys(string keys)
    {
        for (var at = 0; at < keys.Length; at++)
        {
            if (keys[at] != '<')
            {
                yield return new ConsoleKeyInfo(keys[at], ConsoleKey.None, shift: false, alt: false, control: false);
                continue;
            }

            var end = keys.IndexOf('>', at);
            var parts = keys[(at + 1)..end].Split('+');
            var name = parts[^1] is "Left" or "Right" or "Up" or "Down" ? parts[^1] + "Arrow" : parts[^1];
            yield return new ConsoleKeyInfo('\0', Enum.Parse<ConsoleKey>(name), shift: false, parts[0] == "Alt", parts[0] == "Ctrl");
            at = end;
        }
    }
}
