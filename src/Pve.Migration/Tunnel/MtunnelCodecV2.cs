using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Pve.Migration.Tunnel;

// S→C tunnel online LF ver 2 LF                        over ssh; over a WebSocket nothing
// C→S {"cmd":NAME, …parameters} LF                     S→C {"success":true, …result} LF | {"success":false,"msg":TEXT} LF
// One JSON object a line, which cannot hold a raw line break: an error is one line, and the tunnel is as good as before.
internal sealed class MtunnelCodecV2 : MtunnelCodec
{
    public const string CommandMember = "cmd";

    public static readonly MtunnelCodecV2 Instance = new();

    // Proxmox VE refuses a quit that does not say whether it cleans up: its schema has a default for it, and does not make it optional
    private static readonly JsonElement KeepAll = JsonElement.Parse("""{"cleanup":0}""");

    public override MtunnelDialect Dialect => MtunnelDialect.V2;

    public override bool HasReplies => true;

    public override bool ErrorsMaySpanLines => false;

    // it answers every line, so a blank one would be answered too
    public override bool IgnoresBlankLines => false;

    // behind quit it is in exit mode, and says so
    public override bool EndsWith(MtunnelCommand command) => false;

    public override bool TryWriteCommand(MtunnelCommand command, IBufferWriter<byte> output)
    {
        var name = command.Kind switch
        {
            MtunnelCommandKind.Quit => MtunnelVocabulary.Quit,
            MtunnelCommandKind.Resume => MtunnelVocabulary.Resume,
            MtunnelCommandKind.Named => command.Name!,
            _ => null,
        };
        if (name is null)
        {
            return false;
        }

        var parameters = command is { Kind: MtunnelCommandKind.Quit, Parameters.ValueKind: JsonValueKind.Undefined } ? KeepAll : command.Parameters;
        WriteLine(output, json =>
        {
            json.WriteString(CommandMember, name);
            WriteMembers(json, parameters, CommandMember);
        });
        return true;
    }

    public override MtunnelReply ReadReply(ReadOnlySpan<byte> line, params ReadOnlySpan<string?> secrets)
    {
        if (TryParse(line, out var reply) && reply.TryGetProperty("success", out var success) && WireValue.IsTrue(success) is { } good)
        {
            return good
                ? new MtunnelReply(MtunnelReplyKind.Ok, "OK", reply)
                : MtunnelReply.Refused(WireText.ToSingleLine(SecretMask.Apply(
                    reply.TryGetProperty("msg", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "", secrets)));
        }

        return MtunnelReply.Unreadable(line, secrets);
    }

    public override void WriteGreeting(IBufferWriter<byte> output) => output.Write("tunnel online\nver 2\n"u8);

    public override MtunnelCommand ReadCommand(ReadOnlySpan<byte> line)
    {
        if (!TryParse(line, out var request))
        {
            return MtunnelCommand.Malformed("failed to parse command - one JSON object a line is expected");
        }

        if (!request.TryGetProperty(CommandMember, out var command) || command.ValueKind != JsonValueKind.String)
        {
            return MtunnelCommand.Malformed("'cmd' missing");
        }

        var name = command.GetString()!;
        return name == MtunnelVocabulary.Quit
            ? new MtunnelCommand(MtunnelCommandKind.Quit, 0, name, request)
            : MtunnelCommand.Named(name, request);
    }

    public override void WriteReply(MtunnelReply reply, IBufferWriter<byte> output) => WriteLine(output, json =>
    {
        json.WriteBoolean("success", reply.Kind == MtunnelReplyKind.Ok);
        if (reply.Kind == MtunnelReplyKind.Ok)
        {
            WriteMembers(json, reply.Result, "success");
        }
        else
        {
            json.WriteString("msg", WireText.ToSingleLine(reply.Text));
        }
    });

    private static void WriteLine(IBufferWriter<byte> output, Action<Utf8JsonWriter> members)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void WriteMembers(Utf8JsonWriter json, JsonElement element, string but)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (member.Name != but)
            {
                member.WriteTo(json);
            }
        }
    }

    private static bool TryParse(ReadOnlySpan<byte> line, out JsonElement value)
    {
        value = default;
        if (!Utf8.IsValid(line))
        {
            return false;
        }

        try
        {
            if (line.Contains((byte)'\\') && !HasWholeTexts(line))
            {
                return false;
            }

            // what is checked must be what is used, so no member is there twice
            value = JsonElement.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return value.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // An escaped half of a surrogate pair is JSON, and no text: whoever asked for it later would be surprised.
    private static bool HasWholeTexts(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
