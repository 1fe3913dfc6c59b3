using QmpShell.Language;

namespace Pve.Integration.Tests.Samples;

/// <summary>What a line of the shell means.</summary>
public sealed class QmpShellLineTests
{
    [Theory]
    [InlineData("query-status", "query-status", null)]
    [InlineData("  stop \t", "stop", null)]
    [InlineData("device_del id=disk0", "device_del", """{"id":"disk0"}""")]
    [InlineData("x a=1 b=-1.5e3 c=true d=null e=18446744073709551615", "x", """{"a":1,"b":-1.5e3,"c":true,"d":null,"e":18446744073709551615}""")]
    [InlineData("x a=007 b=True c=on d=1.2.3 e=", "x", """{"a":"007","b":"True","c":"on","d":"1.2.3","e":""}""")]
    [InlineData("""x a="5" b='5' c='a b' d="a \"b\" c" """, "x", """{"a":"5","b":"5","c":"a b","d":"a \u0022b\u0022 c"}""")]
    [InlineData("x uri=tcp:[::1]:4444,opt=a=b", "x", """{"uri":"tcp:[::1]:4444,opt=a=b"}""")]
    [InlineData("x host=[::1]", "x", """{"host":"[::1]"}""")]
    [InlineData("""x a={"b": [1, {"c": "} ]"}]} d=[ 1, 2 ]""", "x", """{"a":{"b":[1,{"c":"} ]"}]},"d":[1,2]}""")]
    [InlineData("blockdev-add driver=qcow2 file.driver=file file.filename=/a.img", "blockdev-add", """{"driver":"qcow2","file":{"driver":"file","filename":"/a.img"}}""")]
    [InlineData("""x a={"b":1} a.c.d=2""", "x", """{"a":{"b":1,"c":{"d":2}}}""")]
    public void A_command_is_a_name_and_its_arguments(string line, string command, string? arguments)
    {
        var parsed = Assert.IsType<QmpLine>(LineParser.Parse(line));
        Assert.Equal(command, parsed.Command);
        Assert.False(parsed.OutOfBand);
        Assert.Equal(arguments, parsed.Arguments.ValueKind == System.Text.Json.JsonValueKind.Undefined ? null : parsed.Arguments.GetRawText());
    }

    [Theory]
    [InlineData("""{"execute": "stop"}""", "stop", null, false)]
    [InlineData("""{"execute": "x", "arguments": {"a": 1}, "id": 7}""", "x", """{"a": 1}""", false)]
    [InlineData("""{"exec-oob": "query-yank"}""", "query-yank", null, true)]
    public void Json_is_taken_as_it_is(string line, string command, string? arguments, bool outOfBand)
    {
        var parsed = Assert.IsType<QmpLine>(LineParser.Parse(line));
        Assert.Equal((command, outOfBand), (parsed.Command, parsed.OutOfBand));
        Assert.Equal(arguments, arguments is null ? null : parsed.Arguments.GetRawText());
    }

    [Theory]
    [InlineData("hmp info status")]
    [InlineData("(hmp) info status")]
    [InlineData("  hmp   info status ")]
    public void A_prefix_leads_to_the_human_monitor(string line)
        => Assert.Equal(new HmpLine("info status"), LineParser.Parse(line));

    [Fact]
    public void The_shell_has_words_of_its_own()
    {
        Assert.Equal(new HelpLine(null), LineParser.Parse("help"));
        Assert.Equal(new HelpLine("blockdev-add driver=raw"), LineParser.Parse("help blockdev-add driver=raw"));
        Assert.Equal(new ExitLine(), LineParser.Parse("exit"));
        Assert.Null(LineParser.Parse(" "));
        Assert.Null(LineParser.Parse("# stop"));
    }

    [Theory]
    [InlineData("a=1", "is no command")]
    [InlineData("x novalue", "'novalue' is no argument")]
    [InlineData("x =1", "is no argument")]
    [InlineData("x a..b=1", "is no argument")]
    [InlineData("x a=1 a=2", "'a' is given twice")]
    [InlineData("x a=1 a.b=2", "already has a value")]
    [InlineData("x a.b=2 a=1", "'a' is given twice")]
    [InlineData("x a='b c", "lacks its closing '")]
    [InlineData("x a=\"b c", "lacks its closing \"")]
    [InlineData("x a={\"b\": [1, 2", "lacks its closing ]")]
    [InlineData("hmp", "hmp needs a line")]
    [InlineData("{\"execute\": ", "is no JSON: Expected depth to be zero")]
    [InlineData("{\"execute\": x}", "'x' is an invalid start of a value (at byte 13)")]
    [InlineData("{\"arguments\": {}}", "names no command")]
    [InlineData("{\"execute\": 1}", "names no command")]
    [InlineData("{\"execute\": \"x\", \"argument\": {}}", "'argument'")]
    [InlineData("{\"execute\": \"x\", \"arguments\": []}", "no object")]
    public void What_cannot_be_read_is_said(string line, string says)
        => Assert.Contains(says, Assert.Throws<LineException>(() => LineParser.Parse(line)).Message, StringComparison.Ordinal);

    [Fact]
    public void Arguments_of_the_program_need_no_quotes_of_the_shells_own()
    {
        var parsed = Assert.IsType<QmpLine>(LineParser.Parse(["x", "a=b c", "d=[1, 2]", "e='5'"]));
        Assert.Equal("""{"a":"b c","d":[1,2],"e":"5"}""", parsed.Arguments.GetRawText());
        Assert.Equal(new HmpLine("info status -x"), LineParser.Parse(["hmp", "info", "status", "-x"]));
        Assert.Equal("stop", Assert.IsType<QmpLine>(LineParser.Parse(["""{"execute": "stop"}"""])).Command);
    }

    // A line is scanned with each key, so every beginning of one is met.
    [Fact]
    public void Every_beginning_of_a_line_is_cut_into_words_that_make_it_up()
    {
        const string Line = """x a={"b": [1, {"c": "} \" ]"}]} d='e f' g="h i" ]j}=}k""";
        for (var length = 0; length <= Line.Length; length++)
        {
            var words = WordScanner.Scan(Line[..length]);
            Assert.Equal(Line[..length].Replace(" ", "", StringComparison.Ordinal), string.Concat(words.Select(word => word.Text)).Replace(" ", "", StringComparison.Ordinal));
            Assert.All(words.SkipLast(1), word => Assert.Null(word.Open));
            Assert.All(words, word => Assert.Equal(word.Text, Line[word.Start..word.End]));
        }
    }
}
