using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pve.Migration.Tests.Remote;

/// <summary>The JSON tunnel as Proxmox VE's worker serves it (qemu-server, API2/Qemu.pm, mtunnel); it shares no code with what it tests.</summary>
internal sealed class PveWorker(RemoteVm vm)
{
    private bool _isInExitMode;

    /// <summary>Answers line by line, until the client is gone.</summary>
    public async Task ServeAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var lines = new StreamReader(stream, Encoding.UTF8, false, -1, leaveOpen: true);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            JsonObject answer = await AnswerAsync(line, cancellationToken);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer.ToJsonString() + "\n"), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }

    private async Task<JsonObject> AnswerAsync(string line, CancellationToken cancellationToken)
    {
        JsonObject request;
        try
        {
            request = JsonNode.Parse(line)!.AsObject();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            return Failure($"failed to parse command - {e.Message}");
        }

        if (request["cmd"] is not JsonValue said)
        {
            return Failure("'cmd' missing");
        }

        string command = said.ToString();
        request.Remove("cmd");
        if (_isInExitMode)
        {
            return Failure($"tunnel is in exit-mode, processing '{command}' cmd not possible");
        }

        if (!PveSchema.Has(command))
        {
            return Failure($"unknown command '{command}' given");
        }

        try
        {
            JsonObject answer = PveSchema.Complaint(command, request) is { } complaint
                ? throw new MtunnelRefusedException($"Parameter verification failed.\n{complaint}\n")
                : await ExecuteAsync(command, request, cancellationToken);
            answer["success"] = true;
            return answer;
        }
        catch (MtunnelRefusedException e)
        {
            return Failure($"failed to handle '{command}' command - {e.ErrorText}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return Failure($"failed to handle '{command}' command - {e.Message}");
        }
    }

    private async Task<JsonObject> ExecuteAsync(string command, JsonObject parameters, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case "version":
                return new JsonObject { ["api"] = 2, ["age"] = 0 };
            case "quit":
                if (parameters["cleanup"]!.ToString() is "1" or "true")
                {
                    await vm.ExecuteAsync("cleanup", [], cancellationToken);
                }

                _isInExitMode = true;
                return [];
            default:
                return (await vm.ExecuteAsync(command, parameters, cancellationToken))?.AsObject() ?? [];
        }
    }

    private static JsonObject Failure(string text) => new() { ["success"] = false, ["msg"] = text };
}
