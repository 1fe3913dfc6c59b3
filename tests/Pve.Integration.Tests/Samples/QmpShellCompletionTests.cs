using System.Text.Json;
using Pve.Integration.Tests.Qmp;
using Pve.Qmp;
using QmpShell.Completion;
using QmpShell.Language;
using QmpShell.Output;

namespace Pve.Integration.Tests.Samples;

/// <summary>What Tab and <c>help</c> find in a schema.</summary>
public sealed class QmpShellCompletionTests
{
    // cut down from QEMU's own; its types have numbers for names
    private static readonly QmpSchema Schema = QmpSchema.Parse(JsonElement.Parse("""
        [
          {"name": "stop", "meta-type": "command", "arg-type": "0", "ret-type": "0"},
          {"name": "system_reset", "meta-type": "command", "arg-type": "0", "ret-type": "0"},
          {"name": "add", "meta-type": "command", "arg-type": "1", "ret-type": "0", "features": ["unstable"]},
          {"name": "query-yank", "meta-type": "command", "arg-type": "0", "ret-type": "str", "allow-oob": true},
          {"name": "STOP", "meta-type": "event", "arg-type": "0"},
          {"name": "RESET", "meta-type": "event", "arg-type": "6"},
          {"name": "0", "meta-type": "object", "members": []},
          {"name": "1", "meta-type": "object", "tag": "driver", "members": [
            {"name": "driver", "type": "2"}, {"name": "read-only", "type": "bool", "default": null}, {"name": "tags", "type": "[str]", "default": null}],
            "variants": [{"case": "file", "type": "3"}, {"case": "format", "type": "4"}, {"case": "null", "type": "0"}]},
          {"name": "2", "meta-type": "enum", "values": ["file", "format", "null"], "members": [{"name": "file"}, {"name": "format"}, {"name": "null"}]},
          {"name": "3", "meta-type": "object", "members": [{"name": "filename", "type": "str"}]},
          {"name": "4", "meta-type": "object", "members": [{"name": "inner", "type": "5"}, {"name": "key", "type": "6", "default": null}]},
          {"name": "5", "meta-type": "alternate", "members": [{"type": "1"}, {"type": "str"}]},
          {"name": "6", "meta-type": "object", "members": [{"name": "guest", "type": "bool"}]},
          {"name": "[str]", "meta-type": "array", "element-type": "str"},
          {"name": "bool", "meta-type": "builtin", "json-type": "boolean"},
          {"name": "str", "meta-type": "builtin", "json-type": "string"}
        ]
        """));

    private static readonly Completer Completer = new(Schema);

    [Theory]
    [InlineData("st|", "stop |")]
    [InlineData("|", "|", "add", "exit", "help", "hmp", "query-yank", "stop", "system_reset")]
    [InlineData("s|", "s|", "stop", "system_reset")]
    [InlineData("sy|x", "system_reset |x")]
    [InlineData("nothing|", "nothing|")]
    [InlineData("help sto|", "help stop |")]
    [InlineData("help RE|", "help RESET |")]
    [InlineData("help |", "help |", "RESET", "STOP", "add", "query-yank", "stop", "system_reset")]
    [InlineData("help add dr|", "help add driver=|")]
    [InlineData("hmp in|", "hmp in|")]
    [InlineData("{\"execute\": |", "{\"execute\": |")]
    [InlineData("stop |", "stop |")]
    [InlineData("nothing a|", "nothing a|")]
    public void The_name_comes_first(string line, string completed, params string[] choices) => Check(line, completed, choices);

    [Theory]
    [InlineData("add |", "add |", "driver=", "[read-only=]", "[tags=]")]
    [InlineData("add r|", "add read-only=|")]
    [InlineData("add driver=file |", "add driver=file |", "filename=", "[read-only=]", "[tags=]")]
    [InlineData("add driver=file f|", "add driver=file filename=|")]
    [InlineData("add driver='file' f|", "add driver='file' filename=|")]
    [InlineData("add f| driver=file", "add filename=| driver=file")]
    [InlineData("add driver=file filename=a read-only=true |", "add driver=file filename=a read-only=true tags=|")]
    [InlineData("add driver=null f|", "add driver=null f|")]
    public void Arguments_depend_on_what_is_given(string line, string completed, params string[] choices) => Check(line, completed, choices);

    [Theory]
    [InlineData("add driver=format k|", "add driver=format key.|")]
    [InlineData("add driver=format key.|", "add driver=format key.guest=|")]
    [InlineData("add driver=format i|", "add driver=format inner|", "inner=", "inner.")]
    [InlineData("add driver=format inner.d|", "add driver=format inner.driver=|")]
    [InlineData("add driver=format inner.driver=file inner.f|", "add driver=format inner.driver=file inner.filename=|")]
    [InlineData("add driver=format inner.driver=format inner.inner.dr|", "add driver=format inner.driver=format inner.inner.driver=|")]
    [InlineData("add driver=format inner.nothing.x|", "add driver=format inner.nothing.x|")]
    public void A_dot_leads_into_objects(string line, string completed, params string[] choices) => Check(line, completed, choices);

    [Theory]
    [InlineData("add driver=n|", "add driver=null |")]
    [InlineData("add driver=f|", "add driver=f|", "file", "format")]
    [InlineData("add driver=format inner.driver=fi|", "add driver=format inner.driver=file |")]
    [InlineData("add read-only=t|", "add read-only=true |")]
    [InlineData("add tags=x|", "add tags=x|")]
    [InlineData("add driver='n|", "add driver='n|")]
    [InlineData("add tags=[\"a\", |", "add tags=[\"a\", |")]
    public void Values_are_completed_where_the_schema_lists_them(string line, string completed, params string[] choices) => Check(line, completed, choices);

    [Fact]
    public void Help_says_what_a_command_takes()
    {
        var help = new HelpText(Schema, 100, colours: false);
        Assert.Contains("query-yank", help.Write(null), StringComparison.Ordinal);
        Assert.Equal("stop: no arguments", help.Write("stop"));
        Assert.Equal("query-yank → str (out of band): no arguments", help.Write("query-yank"));
        Assert.Equal(
            """
            add (unstable)
              driver       enum   file format null (help … driver=VALUE shows what else it takes)
              [read-only]  bool
              [tags]       [str]
            """, help.Write("add"));
        Assert.Equal(
            """
            add (unstable)
              driver       enum        file format null (help … driver=VALUE shows what else it takes)
              inner        object|str
              [read-only]  bool
              [tags]       [str]
              [key]        object
            """, help.Write("add driver=format"));
        Assert.Equal("event STOP: no data", help.Write("STOP"));
        Assert.StartsWith("event RESET\n  guest  bool", help.Write("RESET"), StringComparison.Ordinal);
        Assert.Contains("there is system_reset, RESET", Assert.Throws<LineException>(() => help.Write("reset")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_schema_is_walked_without_end_and_completed()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Unix(qemu.Monitor("m")), cancellationToken: TestContext.Current.CancellationToken);
        var schema = await client.GetSchemaAsync(TestContext.Current.CancellationToken);
        var completer = new Completer(schema);
        var help = new HelpText(schema, 100, colours: false);
        Assert.All(schema.Commands, command =>
        {
            Assert.NotEmpty(help.Write(command));
            var text = $"{command} ";
            Assert.All(completer.Complete(text, text.Length).Choices, choice => Assert.NotEmpty(choice.Text));
        });
        Assert.All(schema.Events, name => Assert.StartsWith($"event {name}", help.Write(name), StringComparison.Ordinal));

        const string Line = "blockdev-add driver=qcow2 file.driver=file file.filen";
        Assert.Equal("file.filename=", completer.Complete(Line, Line.Length).Text);
    }

    // | is the cursor
    private static void Check(string line, string completed, string[] choices)
    {
        var cursor = line.IndexOf('|', StringComparison.Ordinal);
        var text = line.Remove(cursor, 1);
        var result = Completer.Complete(text, cursor);
        Assert.Equal(completed, $"{text[..result.Start]}{result.Text}|{text[cursor..]}");
        if (choices.Length > 0)
        {
            Assert.Equal(choices, result.Choices.Select(choice => choice.Label));
        }
        else
        {
            Assert.InRange(result.Choices.Count, 0, 1);
        }
    }
}
