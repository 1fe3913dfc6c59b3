using System.Text;
using System.Text.Json;
using CsCheck;
using Pve.Qmp.Transcripts;

namespace Pve.Qmp.Tests.Transcripts;

public sealed class MaskTests
{
    // Z is in no other part of a sample
    private const string Secret = "ZaZ9";

    private static string Nested => new string('[', 900) + $$"""{"password": "{{Secret}}"}""" + new string(']', 900);

    public static TheoryData<string> Commands =>
    [
        """{"execute":"set_password","arguments":{"protocol":"vnc","password":"§"},"id":1}""",
        """{"execute":"expire_password","arguments":{"protocol":"vnc","time":"never","password":"§"},"id":1}""",
        """{"execute":"change-vnc-password","arguments":{"password":"§"},"id":1}""",
        """{"id":1,"arguments":{"device":"vnc","target":"password","arg":"§"},"execute":"change"}""",
        """{"execute":"block_passwd","arguments":{"device":"d","password":"§"},"id":1}""",
        """{"execute":"object-add","arguments":{"qom-type":"secret","id":"s0","data":"§","iv":"AA==","keyid":"k"},"id":1}""",
        """{"execute":"object-add","arguments":{"data":"§","id":"s0","qom-type":"secret"},"id":1}""",
        """{"arguments":{"qom-type":"secret","id":"s0","props":{"format":"base64","data":"§"}},"execute":"object-add","id":1}""",
        """{"execute":"object-add","arguments":{"qom-type":"secret_keyring","id":"s0","key":"§"},"id":1}""",
        """{"exec-oob":"x","arguments":{"a":[1,{"b":{"auth-Token":"§"}}]},"id":1}""",
        """{"execute":"x","arguments":{"passwd":"§","pass\u0077ord":"§","spice_ticket":"§","file.password":"§"},"id":1}""",
        """{"execute":"x","arguments":{"proxy-password":"§","cookie":"§","api_key":"§","privateKey":"§","key":"§"},"id":1}""",
        """{"execute":"x","arguments":{"token":9,"secret":["§"],"credentials":{"user":"a","x":"§"}},"id":1}""",
        """{"execute":"x","arguments":{"password":"a\"§\\","other":"no"},"id":1}""",
        """{"execute":"qom-set","arguments":{"path":"/objects/s0","property":"data","value":"§"},"id":1}""",
        """{"execute":"qom-set","arguments":{"value":{"a":"§"},"property":"password","path":"/x"},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":"set_password vnc §"},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":"change vnc password §"},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":" object_add  secret,id=s0,data=§"},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":"qom-set /objects/s0 data §"},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":"drive_add 0 file=http://u:§@h/x"},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":"change vnc -f password §"},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":"set_password/x vnc §"},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":"qom-set -j /objects/s0 data \"§\""},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":"qom-set \"/objects/s0\" \"data\" §"},"id":1}""",
        """{"execute":"human-monitor-command","arguments":{"command-line":"drive_add 0 file=rbd:pool/image:id=admin:key=§"},"id":1}""",
        """{"execute":"drive-mirror","arguments":{"device":"d","sync":"full","target":"iscsi://user%§@host/iqn.x/0"},"id":1}""",
        """{"execute":"drive-mirror","arguments":{"device":"d","sync":"full","target":"rbd:pool/image:id=admin:key=§:mon_host=h"},"id":1}""",
        """{"execute":"drive-mirror","arguments":{"device":"d","sync":"full","target":"https://host/disk?se=1\u0026sig=§"},"id":1}""",
        """{"execute":"drive-mirror","arguments":{"device":"d","sync":"full","target":"https://host/disk?X-Amz-Signature=§"},"id":1}""",
        """{"execute":"x","arguments":{"filename":"json:{\"driver\":\"x\",\"key\":\"§\"}"},"id":1}""",
        """{"execute":"x","arguments":{"filename":"json:{\"driver\":\"ssh\",\"password\": \"§\"}"},"id":1}""",
        """{"execute":"x","arguments":{"filename":"https://user:§@host/disk"},"id":1}""",
        """{"execute":"x","arguments":{"options":"user=a,password=§,x=1"},"id":1}""",
        """{"execute":"guest-exec","arguments":{"env":["PASSWORD=§","A=1"]},"id":1}""",
    ];

    public static TheoryData<string> Messages =>
    [
        """{"return": {"password": "§"}, "id": 1}""",
        """{"return": [{"name": "password", "type": "string", "value": "§"}, {"value": "§", "name": "data"}], "id": 1}""",
        """{"return": {"value": {"a": "§"}, "name": "secret"}, "id": 1}""",
        """{"return": "  password = \"§\"\r\n", "id": 1}""",
        """{"error": {"class": "GenericError", "desc": "Invalid option 'password=§'"}, "id": 1}""",
        """{"error": {"class": "GenericError", "desc": "Could not open 'rbd:pool/image:key=§': No such file or directory"}, "id": 1}""",
        """{"event": "X", "data": {"ticket": "§"}, "timestamp": {"seconds": 1, "microseconds": 2}}""",
        """{"event": "X", "data": {"uri": "spice://a:§@h"}}""",
        """{"password": "§", junk""",
        """password: §""",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task No_secret_of_a_command_leaves_a_trace(string command)
    {
        var line = await AssertMaskedAsync(QmpTranscriptDirection.Sent, command);
        using var masked = JsonDocument.Parse(line);
        Assert.Equal(1, masked.RootElement.GetProperty("id").GetInt32());
        using var sent = JsonDocument.Parse(command.Replace("§", Secret, StringComparison.Ordinal));
        Assert.True(CommandMatch.IsMatch(masked.RootElement, sent.RootElement)); // nothing else has changed
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public Task No_secret_of_a_message_leaves_a_trace(string message) => AssertMaskedAsync(QmpTranscriptDirection.Received, message);

    [Theory]
    [MemberData(nameof(Messages))]
    [MemberData(nameof(Commands))]
    public async Task Nor_where_the_line_is_cut_off_at_any_place(string sample)
    {
        var line = sample.Replace("§", Secret, StringComparison.Ordinal);
        for (var length = 1; length < line.Length; length++)
        {
            if (!IsUnmarked(sample))
            {
                Assert.DoesNotContain('Z', Body(await Recording.OfAsync((QmpTranscriptDirection.CutOff, line[..length]))));
            }
        }

        // Only a whole command says that these are secret, and only we send commands.
        static bool IsUnmarked(string sample) => sample.Contains("object-add", StringComparison.Ordinal) || sample.Contains("\"qom-set", StringComparison.Ordinal)
            || sample.Contains("human-monitor", StringComparison.Ordinal) || sample.Contains("\"change\"", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"execute":"set_password","arguments":{"protocol":"vnc","password":"ZaZ9"},"id":7}""", "invalid parameter value: ZaZ9")]
    [InlineData("""{"execute":"set_password","arguments":{"password":"Z \"9"},"id":7}""", "no such word: 'Z \\\"9'")]
    [InlineData("""{"execute":"x","arguments":{"secret":{"name":"ZaZ9"}},"id":7}""", "not found: ZaZ9")]
    [InlineData("""{"execute":"x","arguments":{"file":"rbd:pool:key=ZaZ9"},"id":7}""", "unknown option ZaZ9")]
    [InlineData("""{"execute":"x","arguments":{"file":"iscsi://user%ZaZ9@host/"},"id":7}""", "no host ZaZ9@host")]
    public async Task An_error_that_repeats_a_secret_is_masked(string command, string description)
    {
        var error = $$$"""{"id": 7, "error": {"class": "GenericError", "desc": "{{{description}}}"}}""";
        var file = await Recording.OfAsync((QmpTranscriptDirection.Sent, command), (QmpTranscriptDirection.Received, error));
        Assert.DoesNotContain('Z', Body(file));
        Assert.Contains("""<- {"id": 7, "error": {"class": "GenericError", "desc": "***"}}""", file, StringComparison.Ordinal);

        // even where the line is cut off, and nothing says what it answers
        for (var length = 1; length < error.Length; length++)
        {
            file = await Recording.OfAsync((QmpTranscriptDirection.Sent, command), (QmpTranscriptDirection.CutOff, error[..length]));
            Assert.DoesNotContain('Z', Body(file));
        }
    }

    [Theory]
    [InlineData("set_password/x vnc ZaZ9")]
    [InlineData("set_password ZaZ9 ZaZ9")]
    [InlineData("object_add secret,id=s0,data=x,format=ZaZ9")]
    public async Task A_monitor_s_complaint_that_repeats_a_secret_is_masked(string line)
    {
        var command = $$$"""{"execute": "human-monitor-command", "arguments": {"command-line": "{{{line}}}"}, "id": 7}""";
        var file = await Recording.OfAsync(
            (QmpTranscriptDirection.Sent, command),
            (QmpTranscriptDirection.Received, """{"return": "Error: invalid parameter value: ZaZ9\r\n", "id": 7}"""));
        Assert.DoesNotContain('Z', Body(file));
        file = await Recording.OfAsync(
            (QmpTranscriptDirection.Sent, command),
            (QmpTranscriptDirection.Received, """{"return": "Error: it did not work\r\n", "id": 7}"""));
        Assert.Contains("it did not work", file, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"execute": "qom-get", "arguments": {"path": "/objects/s0", "property": "data"}, "id": 7}""")]
    [InlineData("""{"execute": "human-monitor-command", "arguments": {"command-line": "qom-get /objects/s0 data"}, "id": 7}""")]
    public async Task A_result_that_is_a_secret_is_masked_whole(string command)
    {
        var file = await Recording.OfAsync(
            (QmpTranscriptDirection.Sent, command),
            (QmpTranscriptDirection.Received, """{"return": "other", "id": 6}"""),
            (QmpTranscriptDirection.Received, """{"return": "ZaZ9", "id": 7}"""),
            (QmpTranscriptDirection.Received, """{"return": "later", "id": 7}"""));
        Assert.DoesNotContain('Z', Body(file));
        Assert.Contains("""<- {"return": "***", "id": 7}""", file, StringComparison.Ordinal);
        Assert.Contains("other", file, StringComparison.Ordinal);
        Assert.Contains("later", file, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(QmpTranscriptDirection.CutOff, """{"return": "ZaZ""")]
    [InlineData(QmpTranscriptDirection.Received, """{"return": "ZaZ9", junk""")]
    public async Task A_secret_result_that_breaks_before_its_id_is_masked(QmpTranscriptDirection direction, string tail)
    {
        var file = await Recording.OfAsync(new QmpRecorderOptions(), tap =>
        {
            tap.OnSent(Samples.Bytes("""{"execute": "qom-get", "arguments": {"path": "/objects/s0", "property": "data"}, "id": 7}"""));
            if (direction == QmpTranscriptDirection.CutOff)
            {
                tap.OnCutOff(Samples.Bytes(tail));
            }
            else
            {
                tap.OnReceived(Samples.Bytes(tail));
            }

            tap.OnEnd(new QmpProtocolException("The peer sent a line that is no QMP message: '" + tail + "'."));
        });
        Assert.DoesNotContain('Z', Body(file));
        Assert.Contains("== protocol error: \"***\"", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_reason_of_the_end_does_not_repeat_the_secret_of_a_junk_line()
    {
        var file = await Recording.OfAsync(new QmpRecorderOptions(), tap => tap.OnEnd(new QmpProtocolException("no QMP message: '{\"password\": \"ZaZ9\"")));
        Assert.DoesNotContain('Z', Body(file));
        Assert.Contains("== protocol error: no QMP message: '{\"password\"***", file.Replace("\"***\"", "\"***", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"execute":"blockdev-add","arguments":{"driver":"luks","key-secret":"sec0","password-secret":"sec1"},"id":1}""")]
    [InlineData("""{"execute":"chardev-add","arguments":{"id":"c","tls-creds":"tls0"},"id":1}""")]
    [InlineData("""{"execute":"ringbuf-write","arguments":{"device":"c","data":"hello"},"id":1}""")]
    [InlineData("""{"execute":"human-monitor-command","arguments":{"command-line":"client_migrate_info spice h 1 2 subject"},"id":1}""")]
    [InlineData("""{"execute":"human-monitor-command","arguments":{"command-line":"expire_password vnc never"},"id":1}""")]
    [InlineData("""{"execute":"human-monitor-command","arguments":{"command-line":"drive_add 0 file=x,password-secret=sec0"},"id":1}""")]
    [InlineData("""{"execute":"send-key","arguments":{"keys":[{"type":"qcode","data":"ret"}]},"id":1}""")]
    [InlineData("""{"execute":"input-send-event","arguments":{"events":[{"type":"key","data":{"down":true,"key":{"type":"qcode","data":"a"}}}]},"id":1}""")]
    [InlineData("""{"execute":"x","arguments":{"text":"Missing key: name; a pass, a sig. press any key","signal":"x=1","keyid":"pass-through=on"},"id":1}""")]
    [InlineData("""{"execute":"x","arguments":{"password":null,"secret":true,"token":{},"ticket":[]},"id":1}""")]
    [InlineData("""{"execute":"x","arguments":{"filename":"nbd://host:10809/x@y","a":"http://user@host/"},"id":1}""")]
    public async Task What_is_no_secret_stays(string line)
        => Assert.Contains("-> " + line + "\n", await Recording.OfAsync((QmpTranscriptDirection.Sent, line)), StringComparison.Ordinal);

    [Fact]
    public async Task The_caller_may_add_names()
    {
        var options = new QmpRecorderOptions { SecretNames = ["acme-pin"] };
        var file = await Recording.OfAsync(
            options,
            (QmpTranscriptDirection.Received, """{"event": "X", "data": {"ACME_PIN": 7777, "text": "acme-pin=7777", "pin-count": 2}}"""));
        Assert.Contains("""{"event": "X", "data": {"ACME_PIN": "***", "text": "***", "pin-count": 2}}""", file, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new QmpRecorder(TextWriter.Null, new QmpRecorderOptions { SecretNames = [""] }));
    }

    [Fact]
    public async Task A_secret_as_deep_as_QEMU_nests_is_masked_and_deeper_ones_as_well()
    {
        await AssertMaskedAsync(QmpTranscriptDirection.Received, $$"""{"return": {{Nested}}, "id": 1}""");
        await AssertMaskedAsync(QmpTranscriptDirection.Received, $$"""{"return": [[{{new string('[', 900)}}{{Nested}}]], "id": 1}""");
    }

    [Fact]
    public void Any_line_is_taken_and_only_its_parts_are_masked()
    {
        var pieces = Gen.OneOf(
            "{", "}", "[", "]", ",", ":", " ", "\"", "\\", "\"a\"", "\"password\"", "\"value\"", "\"name\"", "\"id\"", "\"return\"", "\"execute\"", "\"qom-get\"",
            "\"property\"", "\"arguments\"", "\"\\ud800\"", "7", "-", "null", "true", "://u:p@", "token=1", "\0", "\u00e9");
        var lines = Gen.OneOf<byte[]>(
            [pieces.Array[0, 25].Select(some => Encoding.UTF8.GetBytes(string.Concat(some))), Gen.Byte.Array[0, 30]]);
        var directions = Gen.OneOf(
            QmpTranscriptDirection.Sent, QmpTranscriptDirection.Received, QmpTranscriptDirection.CutOff, QmpTranscriptDirection.Mark);
        var table = new SecretTable([]);
        Gen.Select(directions, lines).Array[1, 4].Sample(talk =>
        {
            var masker = new SecretMasker(table);
            return talk.All(step =>
            {
                var end = 0;
                return masker.Find(step.Item1, step.Item2).All(range =>
                {
                    var ordered = range.Start.Value >= end && range.End.Value >= range.Start.Value && range.End.Value <= step.Item2.Length;
                    end = range.End.Value;
                    return ordered;
                });
            });
        }, iter: 30_000);
    }

    // Behind the header, whose time ends in Z.
    private static string Body(string file) => file[file.IndexOf('\n', StringComparison.Ordinal)..];

    // The line as it was recorded.
    private static async Task<string> AssertMaskedAsync(QmpTranscriptDirection direction, string line)
    {
        var file = await Recording.OfAsync((direction, line.Replace("§", Secret, StringComparison.Ordinal)));
        Assert.DoesNotContain('Z', Body(file));
        Assert.Contains(Masked.Text, file, StringComparison.Ordinal);
        return QmpTranscript.Parse(file).Entries[1].Text;
    }
}
